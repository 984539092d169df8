import type { ResourceValidationPolicy } from "@pulumi/policy";
import { faultMessage } from "../ecr/faults";
import {
  type LifecyclePolicyDocument,
  type LifecycleRule,
  lifecyclePolicyFaults,
  readLifecyclePolicy,
} from "../ecr/lifecyclePolicy";
import { securityHub } from "./frameworks";
import { type Parameters, readParameters, repositoryNames } from "./parameters";
import { isNamed, resourceTypes } from "./resources";
import { readProperty, Unjudged, Unknown, unknownPaths } from "./unknowns";

const name = "ecr-lifecycle-limits";

interface Config {
  untaggedMaxDays: number;
  untaggedMaxImages: number;
  maxImages?: number;
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
  exempt: repositoryNames("Repositories whose lifecycle is not looked at."),
};

export const lifecycleLimits: ResourceValidationPolicy = {
  name,
  displayName: "ECR lifecycle policies are valid and have limits",
  description:
    "Lifecycle policies, those of creation templates too, are ones that ECR accepts and keep what piles up within limits.",
  enforcementLevel: "mandatory",
  severity: "medium",
  framework: securityHub("ECR.3", "ECR repositories should have at least one lifecycle policy configured"),
  tags: ["cost", "lifecycle"],
  remediationSteps:
    "Correct the lifecycle policy document as the message says; it changes in place and acts within 24 hours.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html",
  configSchema: { properties: parameters },
  validateResource: (args, reportViolation) => {
    const template = args.type === resourceTypes.creationTemplate;
    if (!template && args.type !== resourceTypes.lifecyclePolicy) {
      return;
    }
    const config = readParameters<Config>(name, parameters, args);
    const exempt = isNamed(readProperty(args.props, template ? "prefix" : "repository"), config.exempt);
    if (exempt === true) {
      return;
    }
    const path = template ? "lifecyclePolicy" : "policy";
    const unjudged = new Unjudged();
    const policy = readProperty(args.props, path);
    for (const message of judge(policy, path, config, template, unjudged)) {
      if (exempt instanceof Unknown) {
        unjudged.add(`${message} The repository's name, which may be exempt, is not known yet.`, exempt);
      } else {
        reportViolation(message);
      }
    }
    unjudged.report();
  },
};

/** @returns Messages of violations. */
function judge(policy: unknown, path: string, config: Config, template: boolean, unjudged: Unjudged): string[] {
  if (policy instanceof Unknown) {
    unjudged.add(`${path}, the lifecycle policy document, is not known yet.`, policy);
    return [];
  }
  if (template && (policy === undefined || policy === null || policy === "")) {
    return [
      `${path}: not set, so repositories that the template creates keep every image; allowed is a policy under which ` +
        `${untaggedLimit(config)}. Write lifecyclePolicy: JSON.stringify({ rules: [${untaggedRule(config)}] }).`,
    ];
  }
  const unknown = unknownPaths(policy, path);
  if (unknown.length > 0) {
    const [first] = unknown;
    if (first !== undefined) {
      unjudged.add(
        `${unknown.map((each) => each.path).join(", ")} of the lifecycle policy is not known yet.`,
        first.unknown,
      );
    }
    // What is wrong elsewhere in the document is wrong whatever these values turn out to be.
    return lifecyclePolicyFaults(policy, path)
      .filter((fault) => fault.path !== path && !unknown.some((each) => isWithin(fault.path, each.path)))
      .map(faultMessage);
  }
  const { document, faults } = readLifecyclePolicy(policy, path);
  if (document === undefined) {
    return faults.map(faultMessage);
  }
  return [...untaggedFindings(document, path, config), ...capFindings(document, path, config)];
}

/** `rules[1].action` is within `rules[1]`, `rules[10]` is not. */
function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}

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
