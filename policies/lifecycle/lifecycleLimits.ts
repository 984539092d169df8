import { type LifecyclePolicyDocument, type LifecycleRule, lifecyclePolicyFaults } from "../../ecr/lifecyclePolicy";
import { findImage, type ImageLimits } from "../../ecr/lifecyclePolicy/ownership";
import { wildcardAutomaton } from "../../ecr/tags/wildcard";
import { type Parameters, repositoryNames, tagPatterns } from "../engine/parameters";
import { ignoresChanges, resourceRule } from "../engine/rule";
import { listed } from "../resources/resourceTypes";
import {
  documentSource,
  documentTypes,
  isMissing,
  knownDocument,
  readDocument,
  reportViolations,
  unknownPart,
} from "./documentSource";
import { documentRemediation, lifecycleControl } from "./ruleMetadata";

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
    description:
      "Untagged images must expire within this many days after the push, or be limited to untaggedMaxImages.",
  },
  untaggedMaxImages: {
    type: "integer",
    minimum: 1,
    default: 100,
    description: "A rule that keeps at most this many untagged images is accepted instead of untaggedMaxDays.",
  },
  maxImages: {
    type: "integer",
    minimum: 1,
    description:
      "When set, a rule with tagStatus `any` must limit the number of images, and its countNumber and those of the earlier rules " +
      "must add up to at most this. Rules by age do not count. No default: no limit.",
  },
  developmentTags: tagPatterns("Tags of development builds, for developmentMaxDays; `*` matches any characters.", [
    "dev-*",
    "pr-*",
  ]),
  developmentMaxDays: {
    type: "integer",
    minimum: 1,
    description:
      "When set, images whose tags are all development tags must expire within this many days after the push. " +
      "No default: they are not checked.",
  },
  exempt: repositoryNames("Repositories whose lifecycle policy is not checked."),
};

export const lifecycleLimits = resourceRule<Config>({
  name: "ecr-lifecycle-limits",
  displayName: "ECR lifecycle policies have limits",
  description: "Lifecycle policies, including those of creation templates, limit the images that accumulate.",
  severity: "medium",
  framework: lifecycleControl,
  tags: ["cost", "lifecycle"],
  remediationSteps: documentRemediation,
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html",
  parameters,
  types: documentTypes,
  judge: (resource, config, findings) => {
    const source = documentSource(resource, config.exempt);
    if (source === undefined) {
      return;
    }
    const { path } = source;
    if (isMissing(source)) {
      const message =
        `${path}: not set, so repositories that ECR creates from the template keep every image. Must be set and ` +
        `${untaggedLimit(config)}. Write ${path}: JSON.stringify({ rules: [${untaggedRule(config)}] }).`;
      reportViolations([message], source, findings);
      return;
    }
    const document = knownDocument(source, findings);
    if (document !== undefined) {
      const found = [untaggedFindings, capFindings, developmentFindings].flatMap((each) =>
        each(document, path, config),
      );
      reportViolations(found, source, findings);
    }
  },
  remediate: (resource, config, props) => {
    const source = documentSource(resource, config.exempt);
    if (source === undefined || source.exempt !== undefined || unknownPart(source) !== undefined) {
      return false;
    }
    if (ignoresChanges(resource, source.path)) {
      return false;
    }
    const document = isMissing(source) ? { rules: [] } : readDocument(source);
    if (
      document === undefined ||
      (untaggedFindings(document, source.path, config).length === 0 && !isMissing(source))
    ) {
      return false;
    }
    const text = JSON.stringify(withUntaggedRule(document, config));
    // A document that has the maximum number of rules or characters has no room for another rule: its author has to
    // choose.
    if (lifecyclePolicyFaults(text, source.path).length > 0) {
      return false;
    }
    props[source.path] = text;
    return true;
  },
});

/** A rule without a storage class applies to the standard class; documents are already validated here. */
function inClass(rule: LifecycleRule, storageClass: "standard" | "archive"): boolean {
  return (rule.selection.storageClass ?? "standard") === storageClass;
}

/**
 * The rule that owns untagged images: the one for `untagged`, or else the one for `any`. The first rule that matches an
 * image owns it, whether or not that rule acts on it.
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
      `${path}: no rule expires untagged images. Must ${untaggedLimit(config)}. Add the rule ${untaggedRule(config)}.`,
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
        ? "are archived, with no limit on how long they stay"
        : `stay ${days} days, including their time in the archive`;
    return [`${where}: untagged images ${found}. Must ${untaggedLimit(config)}. ${fix}`];
  }
  if (countType === "imageCountMoreThan") {
    return countNumber <= config.untaggedMaxImages
      ? []
      : [`${where}: up to ${countNumber} untagged images stay. Must ${untaggedLimit(config)}. ${fix}`];
  }
  return countNumber <= config.untaggedMaxDays
    ? []
    : [`${where}: untagged images stay ${countNumber} days. Must ${untaggedLimit(config)}. ${fix}`];
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
      `${path}: no rule limits the total number of images. Must be at most ${maxImages}. Add, with the highest rulePriority, the rule ` +
        `{ selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: ${maxImages} }, action: { type: "expire" } }.`,
    ];
  }
  const total = counting.reduce((sum, rule) => sum + rule.selection.countNumber, 0);
  if (total <= maxImages) {
    return [];
  }
  return [
    `${path}.rules[${document.rules.indexOf(last)}].selection.countNumber: the rules with imageCountMoreThan keep up to ${total} images ` +
      `(${counting.map((rule) => rule.selection.countNumber).join(" + ")}). Must be at most ${maxImages}. Write lower numbers.`,
  ];
}

function untaggedLimit(config: Config): string {
  return `expire untagged images within ${config.untaggedMaxDays} days after the push, or keep at most ${config.untaggedMaxImages} of them`;
}

function untaggedRule(config: Config): string {
  return (
    `{ rulePriority: 1, selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", ` +
    `countNumber: ${config.untaggedMaxDays} }, action: { type: "expire" } }`
  );
}

/** Every rule that owns images with development tags must delete them by age, in time. */
function developmentFindings(document: LifecyclePolicyDocument, path: string, config: Config): string[] {
  const { developmentMaxDays: maximum, developmentTags } = config;
  if (maximum === undefined) {
    return [];
  }
  const rules = document.rules
    .filter((rule) => inClass(rule, "standard"))
    .toSorted((a, b) => a.rulePriority - b.rulePriority);
  const allowed = `Must expire images tagged ${listed(developmentTags, "")} within ${maximum} days after the push`;
  const messages = new Set<string>();
  for (const tag of developmentTags) {
    const form = wildcardAutomaton(tag);
    const limits: ImageLimits = { someTag: form, everyTag: form };
    if (findImage([], rules, limits) !== undefined) {
      messages.add(
        `${path}: no rule expires all images tagged "${tag}". ${allowed}. Add a rule with tagPatternList: ["${tag}"], ` +
          `countType: "sinceImagePushed", countUnit: "days", countNumber: ${maximum}.`,
      );
    }
    for (const [index, rule] of rules.entries()) {
      const { countType, countNumber } = rule.selection;
      const inTime = rule.action.type === "expire" && countType === "sinceImagePushed" && countNumber <= maximum;
      if (!inTime && findImage([rule], rules.slice(0, index), limits) !== undefined) {
        messages.add(
          `${path}.rules[${document.rules.indexOf(rule)}]: owns images tagged "${tag}" and does not expire them in time. ${allowed}. ` +
            `Add an earlier rule with tagPatternList: ["${tag}"] that does.`,
        );
      }
    }
  }
  return [...messages];
}

/**
 * The document with a rule for untagged images within the limits. It replaces the existing one, or comes first: it
 * takes only untagged images from the other rules.
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
