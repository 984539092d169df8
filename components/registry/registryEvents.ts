import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { parseKmsKey } from "../../ecr/encryption";
import { eventTargetFaults, eventTopicKeyPolicy, eventTopicPolicy, targetsMaximum } from "../../ecr/eventDelivery";
import type { Fault } from "../../ecr/faults";
import { arnPartitionFaults, regionFaults } from "../../ecr/regions";
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
} from "../../ecr/registryEvents";
import { carriedOver } from "../aliasNames";
import { InputChecks } from "../inputChecks";
import { madeOutputs } from "../madeOutputs";
import { ProgramError } from "../programError";
import { replacedInPlace } from "../replacedInPlace";
import type { PrivateRepository } from "../repositories/privateRepository";
import { isDeferred } from "../repositories/repositoryReference";

/** Which events, of which repositories, and where they go. */
export interface RegistryEventsArgs {
  /**
   * Whose events: private repositories as components or by name, `team/*` for all that begin so. ECR Public sends none.
   * @default all repositories of the registry, those too that are made later
   */
  repositories?: readonly (PrivateRepository | pulumi.Input<string>)[];
  /** Images that were pushed, one event for each tag. @default true */
  pushes?: boolean;
  /** Images that were deleted, by hand or by a lifecycle policy. @default false */
  deletions?: boolean;
  /** Findings of scans, of this severity and worse; `false`: none. @default "HIGH" */
  findingsFrom?: FindingSeverity | false;
  /**
   * Whose findings: `basic`, ECR's own scan (one event for each scan), `enhanced`, Amazon Inspector (one for each
   * finding), or `both`, whatever the registry is set to. @default "both"
   */
  scanning?: "basic" | "enhanced" | "both";
  /**
   * Where events go instead of a topic of their own: ARNs of SNS topics, SQS queues (no FIFO) and Lambda functions, 1 to
   * 5. Their own policies must let `events.amazonaws.com` in, for {@link RegistryEvents.ruleArns}.
   * @default a topic that is created
   */
  targets?: readonly pulumi.Input<string>[];
  /** Name of the topic. @default the component's name with seven digits after it */
  topicName?: pulumi.Input<string>;
  /**
   * ARN of the KMS key that encrypts the topic. Its policy must let EventBridge use it; AWS' own `alias/aws/sns` does not.
   * @default a key that is created, rotated every year and deleted 30 days after the topic
   */
  kmsKey?: pulumi.Input<string>;
  /** Region of the registry and of all that belongs to this. @default the provider's region */
  region?: string;
  /** Tags of rules, topic and key. @default none */
  tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * Tells of what happens in a registry: EventBridge rules for images that are pushed or deleted and for what scans find,
 * sent to an encrypted SNS topic or to given targets.
 *
 * Throws InputRefused with every fault of the arguments before anything is registered.
 *
 * @example
 * const events = new RegistryEvents("images", { repositories: [petclinic], findingsFrom: "CRITICAL" });
 * new aws.sns.TopicSubscription("team", { topic: events.topicArn, protocol: "email", endpoint: "team@example.com" });
 */
export class RegistryEvents extends pulumi.ComponentResource {
  /** ARNs of the rules, for the policies of given targets (`aws:SourceArn`). */
  readonly ruleArns: pulumi.Output<string[]>;
  /** The topic, when one was created. */
  readonly topic: aws.sns.Topic | undefined;
  /** The topic's key, when one was created. */
  readonly key: aws.kms.Key | undefined;

  constructor(name: string, args: RegistryEventsArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const checks = new InputChecks(`RegistryEvents ${JSON.stringify(name)}`);
    const settings = readSettings(args, checks);
    checks.refuse();
    super("ecr:index:RegistryEvents", name, {}, carriedOver(name, opts));
    const child = { parent: this, ...replacedInPlace };
    const shared = { region: args.region, tags: args.tags };
    const created = settings.targets ? undefined : createTopic(name, args, settings.kmsKey, child);
    this.topic = created?.topic;
    this.key = created?.key;

    const names = pulumi.output(settings.repositories);
    const rules = settings.rules.map(({ suffix, description, pattern }) => {
      const rule = new aws.cloudwatch.EventRule(
        `${name}-${suffix}`,
        { description, eventPattern: names.apply((known) => JSON.stringify(pattern(known))), ...shared },
        child,
      );
      const targets = settings.targets ?? (created ? [created.topic.arn] : []);
      targets.forEach((arn, index) => {
        new aws.cloudwatch.EventTarget(
          targets.length === 1 ? `${name}-${suffix}` : `${name}-${suffix}-${index + 1}`,
          { rule: rule.name, arn, region: args.region },
          // No event before the topic takes it.
          created ? { ...child, dependsOn: [created.policy] } : child,
        );
      });
      return rule;
    });
    this.ruleArns = pulumi.all(rules.map((rule) => madeOutputs(rule, { arn: rule.arn }).arn));
    this.registerOutputs({ ...(created && { topicArn: this.topicArn }), ruleArns: this.ruleArns });
  }

  /** ARN of the topic that was created, to subscribe to. Throws when events go to given targets. */
  get topicArn(): pulumi.Output<string> {
    if (this.topic === undefined) {
      throw new ProgramError("these RegistryEvents have no topic: events go to the targets that were given");
    }
    return madeOutputs(this.topic, { arn: this.topic.arn }).arn;
  }
}

/**
 * Why RegistryEvents of this name and these arguments would be refused: every fault of what is known, or none.
 *
 * @example
 * const [fault] = registryEventsFaults("images", { pushes: false, findingsFrom: false });
 */
export function registryEventsFaults(name: string, args: RegistryEventsArgs): Fault[] {
  const checks = new InputChecks(name);
  readSettings(args, checks);
  return checks.faults;
}

interface RuleSettings {
  suffix: string;
  description: string;
  pattern: (repositories: readonly string[]) => EventPattern;
}

function readSettings(given: RegistryEventsArgs, checks: InputChecks) {
  const args = checks.typed(given, { repositories: "list", pushes: "boolean", deletions: "boolean", targets: "list" });
  const { region, targets } = args;
  if (region !== undefined) checks.add(regionFaults(region, "region"));
  const repositories = (args.repositories ?? []).map(
    (repository): pulumi.Input<string> =>
      typeof repository === "object" && "repositoryName" in repository ? repository.repositoryName : repository,
  );
  const faults = eventRepositoryFaults(
    repositories.map((each) => (isDeferred(each) ? "known-later" : each)),
    "repositories",
  );
  checks.add(faults);
  if (targets !== undefined && (targets.length < 1 || targets.length > targetsMaximum)) {
    checks.add([
      {
        path: "targets",
        value: `${targets.length} targets`,
        rule: `a rule has 1 to ${targetsMaximum} targets.`,
        fix: "leave targets out for a topic, and let the topic tell the others.",
      },
    ]);
  }
  for (const property of ["kmsKey", "topicName"] as const) {
    if (targets !== undefined && args[property] !== undefined) {
      checks.add([
        {
          path: property,
          value: "(given)",
          rule: `${property} belongs to a topic that is created, not to given targets.`,
          fix: `leave ${property} or targets out.`,
        },
      ]);
    }
  }
  const kmsKey =
    args.kmsKey === undefined ? undefined : checks.input(args.kmsKey, (key) => topicKeyFaults(key, region));
  return {
    repositories:
      // What is refused now is not refused a second time by an output that nobody waits for.
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
        rule: "a finding has one of five severities.",
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
        rule: "findings come from basic or enhanced scanning.",
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
        rule: "some kind of event is wanted.",
        fix: "switch on pushes or deletions, or write findingsFrom.",
      },
    ]);
  }
  return rules;
}

/** @param region The topic's, which is its key's; left out: not compared. */
function topicKeyFaults(key: string, region: string | undefined): Fault[] {
  const name = key.startsWith("arn:") ? parseKmsKey(key) : undefined;
  if (name !== undefined && !name.resource.startsWith("alias/aws/")) {
    const elsewhere = region !== undefined && name.region !== region;
    const rule = `SNS uses keys of the topic's own region: the key is in ${name.region}, the topic in ${region}.`;
    return [
      ...arnPartitionFaults(key, "kmsKey"),
      ...(elsewhere ? [{ path: "kmsKey", value: key, rule, fix: `name a key in ${region}.` }] : []),
    ];
  }
  return [
    {
      path: "kmsKey",
      value: key,
      rule: "the topic's key is a customer key, named by its ARN: AWS' own key for SNS does not let EventBridge in.",
      fix: 'write "arn:aws:kms:<region>:<account>:key/<id>", or leave it out for a key that is created.',
    },
  ];
}

/** The topic, encrypted, to which only EventBridge publishes. */
function createTopic(
  name: string,
  args: RegistryEventsArgs,
  kmsKey: pulumi.Input<string> | undefined,
  child: pulumi.CustomResourceOptions,
) {
  const { region, tags } = args;
  const identity = aws.getCallerIdentityOutput({}, { parent: child.parent });
  const key =
    kmsKey === undefined
      ? new aws.kms.Key(
          name,
          {
            description: "Events of ECR",
            policy: identity.apply(({ accountId, arn }) =>
              JSON.stringify(eventTopicKeyPolicy(accountId, arn.split(":")[1] ?? "aws")),
            ),
            enableKeyRotation: true,
            deletionWindowInDays: 30,
            region,
            tags,
          },
          child,
        )
      : undefined;
  const topic = new aws.sns.Topic(
    name,
    { name: args.topicName, kmsMasterKeyId: key?.arn ?? kmsKey, region, tags },
    child,
  );
  const policy = new aws.sns.TopicPolicy(
    name,
    {
      arn: topic.arn,
      policy: pulumi
        .all([topic.arn, identity.accountId])
        .apply(([arn, account]) => JSON.stringify(eventTopicPolicy(arn, account))),
      region,
    },
    child,
  );
  return { topic, key, policy };
}
