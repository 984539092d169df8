import { type Fault, refuseFaults } from "../faults";
import { isObject, type JsonObject } from "../jsonObjects";
import { withGuess } from "../nearestWord";
import type { LifecyclePolicyDocument, LifecycleRule, LifecycleRuleInput } from "./types";
import { lifecyclePolicyFaults } from "./validation";

/** How each count of a rule in words is written in the document. */
const counts = {
  keepNewest: { countType: "imageCountMoreThan", action: "expire" },
  expireAfterDays: { countType: "sinceImagePushed", action: "expire" },
  archiveKeepNewest: { countType: "imageCountMoreThan", action: "transition" },
  archiveAfterDays: { countType: "sinceImagePushed", action: "transition" },
  archiveAfterDaysUnpulled: { countType: "sinceImagePulled", action: "transition" },
  expireAfterDaysArchived: { countType: "sinceImageTransitioned", action: "expire" },
} as const;

type CountKey = keyof typeof counts;
const countKeys = Object.keys(counts) as CountKey[];

/**
 * Why rules in words cannot become a document that ECR accepts.
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
        rule: "lifecycle rules are a list.",
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
 * The document for rules in words. Priorities are 1, 2, 3, … in the order given, with the rules for `any` images moved
 * to the end, where ECR wants them.
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

/** @returns The document, and for each of its rules the index of the input that it comes from. */
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
  // As it stands: validation is to see a count that is text, not a number made of it.
  const countNumber = (rule as unknown as Record<CountKey, number>)[key];
  const { countType, action } = counts[key];
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

/** Lists are named by their first entries only, so that a description never grows with them. */
function describe(rule: LifecycleRuleInput, key: CountKey, count: number): string {
  const images = imagesText(rule);
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

function imagesText({ images }: LifecycleRuleInput): string {
  if (typeof images === "string") {
    return images === "any" ? "images" : "untagged images";
  }
  const entries = "tagPrefixes" in images ? images.tagPrefixes.map((prefix) => `${prefix}*`) : images.tagPatterns;
  return `images tagged ${entries.slice(0, 3).join(" and ")}${entries.length > 3 ? " and more" : ""}`;
}

/** The shape of a rule in words; what its numbers and tags may be is for the document's validation to say. */
function inputFaults(rule: unknown, path: string): Fault[] {
  if (!isObject(rule)) {
    return [
      {
        path,
        value: rule,
        rule: "a lifecycle rule is an object.",
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
        rule: `a lifecycle rule knows no "${key}".`,
        fix: withGuess(
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
      rule: `a lifecycle rule has exactly one of ${countKeys.join(", ")}.`,
      fix: given.length === 0 ? "add the one that says what is to happen." : "write a rule for each.",
    });
  }
  if (rule["description"] !== undefined && typeof rule["description"] !== "string") {
    faults.push({
      path: `${path}.description`,
      value: rule["description"],
      rule: "a description is text.",
      fix: "write a text, or leave it out.",
    });
  }
  if (!isSelector(rule["images"])) {
    faults.push({
      path: `${path}.images`,
      value: rule["images"],
      rule: "`images` says which images the rule is for.",
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

/** Where in the rules as written a fault of the document lies, with the value that stands there. */
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
