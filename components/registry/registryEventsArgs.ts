import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import { arnPartitionFaults, regionFaults } from "../../ecr/names/regions";
import { eventTargetFaults, targetsMaximum } from "../../ecr/registry/eventDelivery";
import {
  basicScanPattern,
  type EventPattern,
  enhancedFindingPattern,
  eventRepositoryFaults,
  type FindingSeverity,
  findingSeverities,
  type ImageAction,
  imageActionPattern,
  severitiesFrom,
} from "../../ecr/registry/registryEvents";
import { parseKmsKey } from "../../ecr/repository/encryption";
import { InputChecks, isPlain } from "../inputChecks";
import type { PrivateRepository } from "../repositories/privateRepository";

/** Which events, of which repositories, and where they go. */
export interface RegistryEventsArgs {
  /**
   * Whose events: private repositories as components or by name, `team/*` for all with that prefix. ECR Public sends
   * none. @default all repositories of the registry, including future ones
   */
  repositories?: readonly (PrivateRepository | pulumi.Input<string>)[];
  /** Pushed images, one event for each tag. @default true */
  pushes?: boolean;
  /** Deleted images, by hand or by a lifecycle policy. @default false */
  deletions?: boolean;
  /** Scan findings of this severity and higher; `false`: none. @default "HIGH" */
  findingsFrom?: FindingSeverity | false;
  /**
   * Which scanner's findings: `basic`, ECR's own scan (one event for each scan), `enhanced`, Amazon Inspector (one for
   * each finding), or `both`, whatever the registry is set to. @default "both"
   */
  scanning?: "basic" | "enhanced" | "both";
  /**
   * Where events go instead of a created topic: ARNs of 1 to 5 SNS topics, SQS queues (no FIFO) and Lambda functions.
   * Their own policies must allow `events.amazonaws.com` for `RegistryEvents.ruleArns`.
   * @default a topic that is created
   */
  targets?: readonly pulumi.Input<string>[];
  /** Name of the topic. @default the component's name with seven digits after it */
  topicName?: pulumi.Input<string>;
  /**
   * ARN of the KMS key that encrypts the topic. Its policy must allow EventBridge to use it; the AWS-managed
   * `alias/aws/sns` does not.
   * @default a key that is created, rotated every year and deleted 30 days after the topic
   */
  kmsKey?: pulumi.Input<string>;
  /** Region of the registry and of everything that this component creates. @default the provider's region */
  region?: string;
  /** Tags of rules, topic and key. @default none */
  tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * Faults of RegistryEvents with this name and these arguments, as far as they are known; empty when there are none.
 *
 * @example
 * const [fault] = registryEventsFaults("images", { pushes: false, findingsFrom: false });
 */
export function registryEventsFaults(name: string, args: RegistryEventsArgs): Fault[] {
  const checks = new InputChecks(name);
  readRegistryEventsSettings(args, checks);
  return checks.faults;
}

interface RuleSettings {
  suffix: string;
  description: string;
  pattern: (repositories: readonly string[]) => EventPattern;
}

/** Reads the arguments; what ECR, SNS, or EventBridge would refuse is added to `checks`. */
export function readRegistryEventsSettings(given: RegistryEventsArgs, checks: InputChecks) {
  const args = checks.typed(given, { repositories: "list", pushes: "boolean", deletions: "boolean", targets: "list" });
  const { region, targets } = args;
  if (region !== undefined) checks.add(regionFaults(region, "region"));
  const repositories = (args.repositories ?? []).map(
    (repository): pulumi.Input<string> =>
      typeof repository === "object" && "repositoryName" in repository ? repository.repositoryName : repository,
  );
  const faults = eventRepositoryFaults(
    repositories.map((each) => (isPlain(each) ? each : "known-later")),
    "repositories",
  );
  checks.add(faults);
  if (targets !== undefined && (targets.length < 1 || targets.length > targetsMaximum)) {
    checks.add([
      {
        path: "targets",
        value: `${targets.length} targets`,
        rule: `a rule must have 1 to ${targetsMaximum} targets.`,
        fix: "leave targets out to create a topic, and subscribe the other targets to it.",
      },
    ]);
  }
  for (const property of ["kmsKey", "topicName"] as const) {
    if (targets !== undefined && args[property] !== undefined) {
      checks.add([
        {
          path: property,
          value: "(given)",
          rule: `${property} applies only to a created topic, not to given targets.`,
          fix: `leave ${property} or targets out.`,
        },
      ]);
    }
  }
  const kmsKey =
    args.kmsKey === undefined ? undefined : checks.input(args.kmsKey, (key) => topicKeyFaults(key, region));
  return {
    repositories:
      // A fault that was already reported must not be reported again by an output that nobody awaits.
      faults.length > 0
        ? []
        : checks.input(pulumi.all(repositories), (known) => eventRepositoryFaults(known, "repositories")),
    rules: readRules(args, checks),
    kmsKey,
    targets: targets?.map((arn, index) =>
      checks.input(arn, (known) => eventTargetFaults(known, `targets[${index}]`, region)),
    ),
  };
}

function readRules(args: RegistryEventsArgs, checks: InputChecks): RuleSettings[] {
  const { pushes = true, deletions = false, findingsFrom = "HIGH", scanning = "both" } = args;
  const rules: RuleSettings[] = [];
  const actions: ImageAction[] = [...(pushes ? (["PUSH"] as const) : []), ...(deletions ? (["DELETE"] as const) : [])];
  if (actions.length > 0) {
    rules.push({
      suffix: "images",
      description: `ECR images: ${actions.join(" and ").toLowerCase()}`,
      pattern: (repositories) => imageActionPattern(actions, repositories),
    });
  }
  if (findingsFrom !== false && !findingSeverities.includes(findingsFrom)) {
    checks.add([
      {
        path: "findingsFrom",
        value: findingsFrom,
        rule: "must be one of the five severities of findings.",
        fix: `write one of ${findingSeverities.join(", ")}, or false.`,
      },
    ]);
    return rules;
  }
  if (!["basic", "enhanced", "both"].includes(scanning)) {
    checks.add([
      {
        path: "scanning",
        value: scanning,
        rule: "must be a type of scanning.",
        fix: "write basic, enhanced or both.",
      },
    ]);
  }
  if (findingsFrom !== false) {
    const severities = severitiesFrom(findingsFrom);
    const description = `findings, ${findingsFrom} and worse`;
    if (scanning !== "enhanced") {
      rules.push({
        suffix: "scans",
        description: `ECR scans: ${description}`,
        pattern: (repositories) => basicScanPattern(severities, repositories),
      });
    }
    if (scanning !== "basic") {
      rules.push({
        suffix: "findings",
        description: `Inspector: ${description}`,
        pattern: (repositories) => enhancedFindingPattern(severities, repositories),
      });
    }
  }
  if (rules.length === 0) {
    checks.add([
      {
        path: "pushes",
        value: pushes,
        rule: "must switch on at least one kind of event.",
        fix: "switch on pushes or deletions, or write findingsFrom.",
      },
    ]);
  }
  return rules;
}

/** @param region The topic's, which must be the key's; omitted: not compared. */
function topicKeyFaults(key: string, region: string | undefined): Fault[] {
  const name = key.startsWith("arn:") ? parseKmsKey(key) : undefined;
  if (name !== undefined && !name.resource.startsWith("alias/aws/")) {
    const elsewhere = region !== undefined && name.region !== region;
    const rule = `SNS uses only keys of the topic's own region: the key is in ${name.region}, the topic in ${region}.`;
    return [
      ...arnPartitionFaults(key, "kmsKey"),
      ...(elsewhere ? [{ path: "kmsKey", value: key, rule, fix: `name a key in ${region}.` }] : []),
    ];
  }
  return [
    {
      path: "kmsKey",
      value: key,
      rule: "must be the ARN of a customer managed key: the AWS-managed key for SNS does not allow EventBridge.",
      fix: 'write "arn:aws:kms:<region>:<account>:key/<id>", or leave it out for a key that is created.',
    },
  ];
}
