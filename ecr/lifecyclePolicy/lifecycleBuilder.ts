import { type Fault, refuseFaults } from "../faults";
import { isObject, type JsonObject } from "../values/jsonObjects";
import { withSuggestion } from "../values/nearestWord";
import type { LifecyclePolicyDocument, LifecycleRule, LifecycleRuleInput } from "./lifecycleDocument";
import { lifecyclePolicyFaults } from "./lifecyclePolicyFaults";

/** How each count of the short form is expressed in the document. */
const countForms = {
  keepNewest: { countType: "imageCountMoreThan", action: "expire" },
  expireAfterDays: { countType: "sinceImagePushed", action: "expire" },
  archiveKeepNewest: { countType: "imageCountMoreThan", action: "transition" },
  archiveAfterDays: { countType: "sinceImagePushed", action: "transition" },
  archiveAfterDaysUnpulled: { countType: "sinceImagePulled", action: "transition" },
  expireAfterDaysArchived: { countType: "sinceImageTransitioned", action: "expire" },
} as const;

type CountKey = keyof typeof countForms;
const countKeys = Object.keys(countForms) as CountKey[];

/**
 * Why rules in the short form cannot be converted to a document that ECR accepts.
 *
 * @param path The list's path; faults are at `<path>[0].keepNewest` and so on.
 * @returns Every fault, or none. Never throws.
 */
export function lifecycleRuleFaults(rules: unknown, path: string): Fault[] {
  if (!Array.isArray(rules)) {
    return [
      {
        path,
        value: rules,
        rule: "lifecycle rules must be a list.",
        fix: 'write [{ images: "untagged", expireAfterDays: 7 }].',
      },
    ];
  }
  const faults = rules.flatMap((rule: unknown, index) => inputFaults(rule, `${path}[${index}]`));
  if (faults.length > 0) {
    return faults;
  }
  const { document, sources } = build(rules as readonly LifecycleRuleInput[]);
  return lifecyclePolicyFaults(document, "").map((fault) => ({ ...fault, ...inputPath(fault, rules, sources, path) }));
}

/**
 * The document for rules in the short form. Priorities are 1, 2, 3, … in the given order, with the rules for `any`
 * images moved to the end, where ECR requires them.
 *
 * @throws InvalidInputError with every fault when ECR would refuse the document.
 */
export function lifecyclePolicyFromRules(
  rules: readonly LifecycleRuleInput[],
  path = "lifecycleRules",
): LifecyclePolicyDocument {
  refuseFaults("lifecycle rules", lifecycleRuleFaults(rules, path));
  return build(rules).document;
}

/** @returns The document, and for each of its rules the index of its input. */
function build(rules: readonly LifecycleRuleInput[]): { document: LifecyclePolicyDocument; sources: number[] } {
  const sources = rules.map((_, index) => index);
  const isAny = (index: number) => (rules[index]?.images === "any" ? 1 : 0);
  sources.sort((a, b) => isAny(a) - isAny(b));
  const built = sources.flatMap((source, index) => {
    const rule = rules[source];
    return rule ? [buildRule(rule, index + 1)] : [];
  });
  return { document: { rules: built }, sources };
}

function countKeyOf(rule: object): CountKey | undefined {
  return countKeys.find((key) => (rule as JsonObject)[key] !== undefined);
}

function buildRule(rule: LifecycleRuleInput, rulePriority: number): LifecycleRule {
  const key = countKeyOf(rule) ?? "keepNewest";
  // Passed on unconverted, so that validation reports a string instead of a number made from it.
  const countNumber = (rule as unknown as Record<CountKey, number>)[key];
  const { countType, action } = countForms[key];
  const { images } = rule;
  const tagStatus = typeof images === "string" ? images : "tagged";
  return {
    rulePriority,
    description: rule.description ?? describe(rule, key, countNumber),
    selection: {
      tagStatus,
      ...(typeof images === "object" && "tagPrefixes" in images && { tagPrefixList: [...images.tagPrefixes] }),
      ...(typeof images === "object" && "tagPatterns" in images && { tagPatternList: [...images.tagPatterns] }),
      ...(countType === "sinceImageTransitioned" && { storageClass: "archive" as const }),
      countType,
      ...(countType !== "imageCountMoreThan" && { countUnit: "days" as const }),
      countNumber,
    },
    action: action === "expire" ? { type: "expire" } : { type: "transition", targetStorageClass: "archive" },
  };
}

/** Only the first entries of a list, so that descriptions stay short. */
function describe(rule: LifecycleRuleInput, key: CountKey, count: number): string {
  const images = describeImages(rule);
  const days = `${count} day${count === 1 ? "" : "s"}`;
  switch (key) {
    case "keepNewest":
      return `Keep the ${count} newest ${images}`;
    case "expireAfterDays":
      return `Expire ${images} ${days} after their push`;
    case "archiveKeepNewest":
      return `Archive all but the ${count} newest ${images}`;
    case "archiveAfterDays":
      return `Archive ${images} ${days} after their push`;
    case "archiveAfterDaysUnpulled":
      return `Archive ${images} ${days} after their last pull`;
    case "expireAfterDaysArchived":
      return `Expire ${images} ${days} after they were archived`;
  }
}

function describeImages({ images }: LifecycleRuleInput): string {
  if (typeof images === "string") {
    return images === "any" ? "images" : "untagged images";
  }
  const entries = "tagPrefixes" in images ? images.tagPrefixes.map((prefix) => `${prefix}*`) : images.tagPatterns;
  return `images tagged ${entries.slice(0, 3).join(" and ")}${entries.length > 3 ? " and more" : ""}`;
}

/** Checks the structure of a rule in the short form; numbers and tags are validated in the document. */
function inputFaults(rule: unknown, path: string): Fault[] {
  if (!isObject(rule)) {
    return [
      {
        path,
        value: rule,
        rule: "a lifecycle rule must be an object.",
        fix: 'write { images: "untagged", expireAfterDays: 7 }.',
      },
    ];
  }
  const faults: Fault[] = [];
  for (const key of Object.keys(rule)) {
    if (key !== "images" && key !== "description" && !countKeys.some((each) => each === key)) {
      faults.push({
        path: `${path}.${key}`,
        value: rule[key],
        rule: `a lifecycle rule has no property "${key}".`,
        fix: withSuggestion(
          key,
          ["images", "description", ...countKeys],
          `correct it or leave it out; a rule has images, description and one of ${countKeys.join(", ")}.`,
        ),
      });
    }
  }
  const given = countKeys.filter((key) => rule[key] !== undefined);
  if (given.length !== 1) {
    faults.push({
      path,
      value: given.length === 0 ? undefined : given,
      rule: `a lifecycle rule must have exactly one of ${countKeys.join(", ")}.`,
      fix: given.length === 0 ? "add the one that you mean." : "write one rule for each.",
    });
  }
  if (rule["description"] !== undefined && typeof rule["description"] !== "string") {
    faults.push({
      path: `${path}.description`,
      value: rule["description"],
      rule: "a description must be a string.",
      fix: "write a string, or leave it out.",
    });
  }
  if (!isSelector(rule["images"])) {
    faults.push({
      path: `${path}.images`,
      value: rule["images"],
      rule: "`images` must say which images the rule is for.",
      fix: 'write "any", "untagged", { tagPrefixes: […] } or { tagPatterns: […] }.',
    });
  }
  return faults;
}

function isSelector(images: unknown): boolean {
  if (images === "any" || images === "untagged") {
    return true;
  }
  if (!isObject(images)) {
    return false;
  }
  const [key, ...more] = Object.keys(images);
  return more.length === 0 && (key === "tagPrefixes" || key === "tagPatterns") && Array.isArray(images[key]);
}

/** Maps a fault in the document to the input rule's path and value. */
function inputPath(
  fault: Fault,
  rules: readonly unknown[],
  sources: readonly number[],
  path: string,
): { path: string } {
  const match = /^rules\[([0-9]+)\](.*)$/.exec(fault.path);
  const source = match ? sources[Number(match[1])] : undefined;
  if (!match || source === undefined) {
    return { path };
  }
  const rule = rules[source];
  const key = isObject(rule) ? countKeyOf(rule) : undefined;
  const property = (match[2] ?? "")
    .replace(/^\.selection\.tagPrefixList/, ".images.tagPrefixes")
    .replace(/^\.selection\.tagPatternList/, ".images.tagPatterns")
    .replace(/^\.selection\.tagStatus/, ".images")
    .replace(/^\.selection\.count[A-Za-z]+/, `.${key ?? "keepNewest"}`);
  return { path: `${path}[${source}]${property}` };
}
