import { type Fault, refuseFaults } from "../faults";
import {
  type LifecyclePolicyDocument,
  type LifecycleRule,
  lifecycleLimits,
  type StorageClass,
} from "./lifecycleDocument";
import { lifecyclePolicyFaults } from "./lifecyclePolicyFaults";
import { byPriority } from "./lifecycleText";

/** ECR's quota of images in a repository ("Amazon ECR service quotas"): a rule that keeps this many never acts. */
export const imagesPerRepository = 100_000;

/** 100 years: rules cannot count images in the archive, so a protecting rule uses an age that is never reached. */
export const keepForeverDays = 36_500;

/**
 * Why these tags cannot be protected in a document.
 *
 * @param path The list's path; faults are at `<path>[0]` and so on, those of the whole document at `<path>`.
 * @param document The document the rules would be added to; it has no faults of its own.
 * @returns Every fault, or none. Never throws.
 */
export function protectedTagFaults(document: LifecyclePolicyDocument, patterns: unknown, path: string): Fault[] {
  const fault = (at: string, value: unknown, rule: string, fix: string): Fault[] => [{ path: at, value, rule, fix }];
  if (!Array.isArray(patterns)) {
    return fault(path, patterns, "protected tags must be a list of tags and patterns.", 'write ["v*", "stable"].');
  }
  const list: readonly unknown[] = patterns;
  const duplicates = list.flatMap((pattern, index) => {
    const first = list.indexOf(pattern);
    return first === index
      ? []
      : fault(`${path}[${index}]`, pattern, `${path}[${first}] is the same pattern.`, "leave one of them out.");
  });
  const shown = (at: string): string | undefined => {
    const match = /^rules\[([0-9]+)\]\.selection\.tagPatternList/.exec(at);
    return match && Number(match[1]) < list.length ? `${path}[${match[1]}]` : undefined;
  };
  const whole = prependRules(document, list as readonly string[]);
  const faults = lifecyclePolicyFaults(whole, "").flatMap((each): Fault[] => {
    const at = shown(each.path);
    if (at !== undefined) return [{ ...each, path: at }];
    return wholeDocument(each.path) ? [{ ...each, path, value: patterns, fix: tooManyRulesFix(each, whole) }] : [];
  });
  return [...duplicates, ...faults];
}

/**
 * Adds rules at the start of a document, one for each pattern, that own every image with such a tag and never act: an
 * image belongs to the matching rule with the lowest number, so no rule of the document expires or archives it. When
 * the document has rules for the archive, each pattern gets a second rule, for images that were archived manually. The
 * rules are renumbered 1, 2, 3, … in the order of their priorities.
 *
 * A count rule still counts protected images among its newest.
 *
 * @param patterns Tags and patterns with at most four `*`, such as `v*` or `stable`. Empty: the document is unchanged.
 * @throws InvalidInputError with every fault: not a list, a pattern that matches no tag or has more than four `*`, a
 * duplicate, more than 50 rules in all, a document of more than 30,720 characters.
 * @example
 * protectTags(lifecyclePolicyFromRules(lifecyclePresets.service.rules), ["v*", "stable"]);
 */
export function protectTags(document: LifecyclePolicyDocument, patterns: readonly string[]): LifecyclePolicyDocument {
  refuseFaults("protected tags", protectedTagFaults(document, patterns, "protectedTags"));
  return patterns.length === 0 ? document : prependRules(document, patterns);
}

/** Grouped by storage class, so that the first rules are the patterns' in their order. */
function prependRules(document: LifecyclePolicyDocument, patterns: readonly string[]): LifecyclePolicyDocument {
  const archived = document.rules.some(({ selection }) => selection.storageClass === "archive");
  const classes: StorageClass[] = archived ? ["standard", "archive"] : ["standard"];
  const protecting = classes.flatMap((storageClass) =>
    patterns.map((pattern) => protectingRule(pattern, storageClass)),
  );
  const rules = [...protecting, ...[...document.rules].sort(byPriority)];
  return { rules: rules.map((rule, index) => ({ ...rule, rulePriority: index + 1 })) };
}

function protectingRule(pattern: string, storageClass: StorageClass): LifecycleRule {
  return {
    rulePriority: 1,
    description: `Protect images tagged ${pattern}${storageClass === "archive" ? " in the archive" : ""}`,
    selection: {
      tagStatus: "tagged",
      tagPatternList: [pattern],
      ...(storageClass === "archive"
        ? { storageClass, countType: "sinceImageTransitioned", countUnit: "days", countNumber: keepForeverDays }
        : { countType: "imageCountMoreThan", countNumber: imagesPerRepository }),
    },
    action: { type: "expire" },
  };
}

/** Whether a fault concerns the whole document: its number of rules or its length. */
function wholeDocument(at: string): boolean {
  return at === "rules" || at === "policy";
}

function tooManyRulesFix(fault: Fault, { rules }: LifecyclePolicyDocument): string {
  const over = rules.length - lifecycleLimits.rules.maximum;
  return fault.path === "rules" && over > 0
    ? `leave out at least ${over} pattern${over === 1 ? "" : "s"} or rules of the document; a pattern such as \`v*\` covers many tags.`
    : "leave out patterns, or rules of the document.";
}
