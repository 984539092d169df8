import { type LifecyclePolicyDocument, type LifecycleRule, lifecyclePolicyFaults } from "../ecr/lifecyclePolicy";
import { findImage, type ImageLimits } from "../ecr/lifecyclePolicy/ownership";
import { wildcardAutomaton } from "../ecr/wildcard";
import { securityHub } from "./frameworks";
import {
  documentPlace,
  documentTypes,
  isMissing,
  knownDocument,
  readDocument,
  reportAll,
  unknownText,
} from "./lifecycleDocuments";
import { type Parameters, repositoryNames, tagPatterns } from "./parameters";
import { listed } from "./resources";
import { ignoresChanges, resourceRule } from "./rule";

interface Config {
  untaggedMaxDays: number;
  untaggedMaxImages: number;
  maxImages?: number;
  developmentTags: string[];
  developmentMaxDays?: number;
  exempt: string[];
}

const parameters: Parameters = {
  untaggedMaxDays: {
    type: "integer",
    minimum: 1,
    default: 30,
    description: "Untagged images must expire within this many days after their push, or be held to untaggedMaxImages.",
  },
  untaggedMaxImages: {
    type: "integer",
    minimum: 1,
    default: 100,
    description: "A rule that keeps at most this many untagged images does instead of untaggedMaxDays.",
  },
  maxImages: {
    type: "integer",
    minimum: 1,
    description:
      "When set, a rule for `any` images must keep a number of the newest ones, and this number and those of the rules " +
      "before it add up to at most this. Rules by age are bounded by time and do not count. No default: no cap.",
  },
  developmentTags: tagPatterns("Tags of development builds, for developmentMaxDays; `*` stands for any characters.", [
    "dev-*",
    "pr-*",
  ]),
  developmentMaxDays: {
    type: "integer",
    minimum: 1,
    description:
      "When set, images whose tags are all development tags must expire within this many days after their push. " +
      "No default: they are not looked at.",
  },
  exempt: repositoryNames("Repositories whose lifecycle is not looked at."),
};

export const lifecycleLimits = resourceRule<Config>({
  name: "ecr-lifecycle-limits",
  displayName: "ECR lifecycle policies have limits",
  description: "Lifecycle policies, those of creation templates too, keep what piles up within limits.",
  severity: "medium",
  framework: securityHub("ECR.3", "ECR repositories should have at least one lifecycle policy configured", {
    nist: ["CA-9(1)", "CM-2", "CM-2(2)"],
  }),
  tags: ["cost", "lifecycle"],
  remediationSteps:
    "Correct the lifecycle policy document as the message says. The AWS provider replaces the policy: it deletes the old one and creates " +
    "the new one, which acts within 24 hours.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html",
  parameters,
  types: documentTypes,
  judge: (resource, config, findings) => {
    const place = documentPlace(resource, config.exempt);
    if (place === undefined) {
      return;
    }
    const { path } = place;
    if (isMissing(place)) {
      const message =
        `${path}: not set, so repositories that the template creates keep every image; allowed is a policy under which ` +
        `${untaggedLimit(config)}. Write ${path}: JSON.stringify({ rules: [${untaggedRule(config)}] }).`;
      reportAll([message], place, findings);
      return;
    }
    const document = knownDocument(place, findings);
    if (document !== undefined) {
      const found = [untaggedFindings, capFindings, developmentFindings].flatMap((each) =>
        each(document, path, config),
      );
      reportAll(found, place, findings);
    }
  },
  remediate: (resource, config, props) => {
    const place = documentPlace(resource, config.exempt);
    if (place === undefined || place.exempt !== undefined || unknownText(place) !== undefined) {
      return false;
    }
    if (ignoresChanges(resource, place.path)) {
      return false;
    }
    const document = isMissing(place) ? { rules: [] } : readDocument(place);
    if (document === undefined || (untaggedFindings(document, place.path, config).length === 0 && !isMissing(place))) {
      return false;
    }
    const text = JSON.stringify(withUntaggedRule(document, config));
    // A document that is full, of rules or of characters, has no room for one more: its author has to choose.
    if (lifecyclePolicyFaults(text, place.path).length > 0) {
      return false;
    }
    props[place.path] = text;
    return true;
  },
});

/** The standard class unless said otherwise; documents are valid here. */
function inClass(rule: LifecycleRule, storageClass: "standard" | "archive"): boolean {
  return (rule.selection.storageClass ?? "standard") === storageClass;
}

/**
 * The rule that untagged images belong to: the one for `untagged`, or else the one for `any`. An image belongs to the
 * first rule that matches it, whether or not that rule acts on it.
 */
function ownerOfUntagged(
  document: LifecyclePolicyDocument,
  storageClass: "standard" | "archive",
): LifecycleRule | undefined {
  const rules = document.rules.filter((rule) => inClass(rule, storageClass));
  return (
    rules.find((rule) => rule.selection.tagStatus === "untagged") ??
    rules.find((rule) => rule.selection.tagStatus === "any")
  );
}

function untaggedFindings(document: LifecyclePolicyDocument, path: string, config: Config): string[] {
  const owner = ownerOfUntagged(document, "standard");
  if (owner === undefined) {
    return [
      `${path}: no rule expires untagged images; allowed is that ${untaggedLimit(config)}. Add the rule ${untaggedRule(config)}.`,
    ];
  }
  const { countType, countNumber } = owner.selection;
  const where = `${path}.rules[${document.rules.indexOf(owner)}].selection.countNumber`;
  const fix = `Write a rule such as ${untaggedRule(config)}.`;
  if (owner.action.type === "transition") {
    const after = ownerOfUntagged(document, "archive");
    const days = countType === "sinceImagePushed" && after ? countNumber + after.selection.countNumber : undefined;
    if (days !== undefined && days <= config.untaggedMaxDays) {
      return [];
    }
    const found =
      days === undefined
        ? "are archived, and nothing bounds how long they stay"
        : `stay ${days} days, their time in the archive included`;
    return [`${where}: untagged images ${found}; allowed is that ${untaggedLimit(config)}. ${fix}`];
  }
  if (countType === "imageCountMoreThan") {
    return countNumber <= config.untaggedMaxImages
      ? []
      : [`${where}: up to ${countNumber} untagged images stay; allowed is that ${untaggedLimit(config)}. ${fix}`];
  }
  return countNumber <= config.untaggedMaxDays
    ? []
    : [`${where}: untagged images stay ${countNumber} days; allowed is that ${untaggedLimit(config)}. ${fix}`];
}

function capFindings(document: LifecyclePolicyDocument, path: string, config: Config): string[] {
  const { maxImages } = config;
  if (maxImages === undefined) {
    return [];
  }
  const counting = document.rules.filter(
    (rule) => inClass(rule, "standard") && rule.selection.countType === "imageCountMoreThan",
  );
  const last = counting.find((rule) => rule.selection.tagStatus === "any");
  if (last === undefined) {
    return [
      `${path}: no rule caps the number of all images; allowed are ${maxImages}. Add, with the highest priority number, the rule ` +
        `{ selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: ${maxImages} }, action: { type: "expire" } }.`,
    ];
  }
  const total = counting.reduce((sum, rule) => sum + rule.selection.countNumber, 0);
  if (total <= maxImages) {
    return [];
  }
  return [
    `${path}.rules[${document.rules.indexOf(last)}].selection.countNumber: the rules that count keep up to ${total} images ` +
      `(${counting.map((rule) => rule.selection.countNumber).join(" + ")}); allowed are ${maxImages}. Write lower numbers.`,
  ];
}

function untaggedLimit(config: Config): string {
  return `untagged images expire within ${config.untaggedMaxDays} days after their push, or at most ${config.untaggedMaxImages} of them stay`;
}

function untaggedRule(config: Config): string {
  return (
    `{ rulePriority: 1, selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", ` +
    `countNumber: ${config.untaggedMaxDays} }, action: { type: "expire" } }`
  );
}

/** Whatever owns images of a development tag must delete them by age, in time. */
function developmentFindings(document: LifecyclePolicyDocument, path: string, config: Config): string[] {
  const { developmentMaxDays: maximum, developmentTags } = config;
  if (maximum === undefined) {
    return [];
  }
  const rules = document.rules
    .filter((rule) => inClass(rule, "standard"))
    .toSorted((a, b) => a.rulePriority - b.rulePriority);
  const allowed = `allowed is that images tagged ${listed(developmentTags, "")} expire within ${maximum} days after their push`;
  const messages = new Set<string>();
  for (const tag of developmentTags) {
    const form = wildcardAutomaton(tag);
    const limits: ImageLimits = { someTag: form, everyTag: form };
    if (findImage([], rules, limits) !== undefined) {
      messages.add(
        `${path}: no rule expires all images tagged "${tag}"; ${allowed}. Add a rule with tagPatternList: ["${tag}"], ` +
          `countType: "sinceImagePushed", countUnit: "days", countNumber: ${maximum}.`,
      );
    }
    for (const [index, rule] of rules.entries()) {
      const { countType, countNumber } = rule.selection;
      const inTime = rule.action.type === "expire" && countType === "sinceImagePushed" && countNumber <= maximum;
      if (!inTime && findImage([rule], rules.slice(0, index), limits) !== undefined) {
        messages.add(
          `${path}.rules[${document.rules.indexOf(rule)}]: owns images tagged "${tag}" and does not expire them in time; ${allowed}. ` +
            `Put a rule with tagPatternList: ["${tag}"] before it that does.`,
        );
      }
    }
  }
  return [...messages];
}

/**
 * The document with the rule for untagged images that the limits ask for in place of the one that is there, or before all
 * others: it takes no image from them but untagged ones.
 */
function withUntaggedRule({ rules }: LifecyclePolicyDocument, config: Config): LifecyclePolicyDocument {
  const isUntagged = (rule: LifecycleRule) =>
    rule.selection.tagStatus === "untagged" && rule.selection.storageClass !== "archive";
  const others = rules.filter((rule) => !isUntagged(rule)).toSorted((a, b) => a.rulePriority - b.rulePriority);
  const untagged: LifecycleRule = {
    rulePriority: 1,
    description: `Expire untagged images ${config.untaggedMaxDays} days after their push`,
    selection: {
      tagStatus: "untagged",
      countType: "sinceImagePushed",
      countUnit: "days",
      countNumber: config.untaggedMaxDays,
    },
    action: { type: "expire" },
  };
  return { rules: [untagged, ...others].map((rule, index) => ({ ...rule, rulePriority: index + 1 })) };
}
