import { type Fault, refuseFaults } from "../faults";
import { byPriority } from "./text";
import { type LifecyclePolicyDocument, type LifecycleRule, lifecycleLimits, type StorageClass } from "./types";
import { lifecyclePolicyFaults } from "./validation";

/** Images in one repository by ECR's quota ("Amazon ECR service quotas"): a rule that keeps as many never acts. */
export const imagesPerRepository = 100_000;

/** 100 years: in the archive no rule counts images, so a protecting rule waits instead. */
export const foreverDays = 36_500;

/**
 * Why these tags cannot be protected in a document.
 *
 * @param path The list's path; faults are at `<path>[0]` and so on, those of the whole document at `<path>`.
 * @param document The document that the rules would stand in front of; it has no faults of its own.
 * @returns Every fault, or none. Never throws.
 */
export function protectedTagFaults(document: LifecyclePolicyDocument, patterns: unknown, path: string): Fault[] {
  const fault = (at: string, value: unknown, rule: string, fix: string): Fault[] => [{ path: at, value, rule, fix }];
  if (!Array.isArray(patterns)) {
    return fault(path, patterns, "protected tags are a list of tags and patterns.", 'write ["v*", "stable"].');
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
  const whole = prepend(document, list as readonly string[]);
  const faults = lifecyclePolicyFaults(whole, "").flatMap((each): Fault[] => {
    const at = shown(each.path);
    if (at !== undefined) return [{ ...each, path: at }];
    return wholeDocument(each.path) ? [{ ...each, path, value: patterns, fix: fewer(each, whole) }] : [];
  });
  return [...duplicates, ...faults];
}

/**
 * Puts rules in front of a document, one for each pattern, that own every image with such a tag and never act: an image
 * belongs to the matching rule with the lowest number, so no rule of the document expires or archives it. When the document
 * has rules for the archive, each pattern gets a second rule, for images that were archived by hand. The rules are numbered
 * 1, 2, 3, … anew, in the order of their priorities.
 *
 * A count rule still counts protected images among its newest.
 *
 * @param patterns Tags and patterns with at most four `*`, such as `v*` or `stable`. None: the document as it is.
 * @throws InvalidInputError with every fault: no list, a pattern that no tag fits or with more than four `*`, one that is
 *   there twice, more than 50 rules in all, a text of more than 30,720 characters.
 * @example
 * protectTags(lifecyclePolicyFromRules(lifecyclePresets.service.rules), ["v*", "stable"]);
 */
export function protectTags(document: LifecyclePolicyDocument, patterns: readonly string[]): LifecyclePolicyDocument {
  refuseFaults("protected tags", protectedTagFaults(document, patterns, "protectedTags"));
  return patterns.length === 0 ? document : prepend(document, patterns);
}

/** Rules for one storage class after the other, so that the first ones are the patterns' in their order. */
function prepend(document: LifecyclePolicyDocument, patterns: readonly string[]): LifecyclePolicyDocument {
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
        ? { storageClass, countType: "sinceImageTransitioned", countUnit: "days", countNumber: foreverDays }
        : { countType: "imageCountMoreThan", countNumber: imagesPerRepository }),
    },
    action: { type: "expire" },
  };
}

/** Whether a fault is one of the whole document: its number of rules or characters. */
function wholeDocument(at: string): boolean {
  return at === "rules" || at === "policy";
}

function fewer(fault: Fault, { rules }: LifecyclePolicyDocument): string {
  const over = rules.length - lifecycleLimits.rules.maximum;
  return fault.path === "rules" && over > 0
    ? `leave out at least ${over} pattern${over === 1 ? "" : "s"} or rules of the document; a pattern such as \`v*\` covers many tags.`
    : "leave out patterns, or rules of the document.";
}
