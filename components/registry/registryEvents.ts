import * as cloudwatch from "@pulumi/aws/cloudwatch";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import * as kms from "@pulumi/aws/kms";
import * as sns from "@pulumi/aws/sns";
import * as pulumi from "@pulumi/pulumi";
import { eventTopicKeyPolicy, eventTopicPolicy } from "../../ecr/registry/eventDelivery";
import { InputChecks } from "../inputChecks";
import { ProgramError } from "../programError";
import { createdOutputs, deleteBeforeReplaceOptions, withChildAliases } from "../resourceOptions";
import { type RegistryEventsArgs, readRegistryEventsSettings } from "./registryEventsArgs";

/**
 * Notifications of a registry: EventBridge rules for pushed and deleted images and for scan findings, sent to an
 * encrypted SNS topic or to given targets.
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
  readonly topic: sns.Topic | undefined;
  /** The topic's key, when one was created. */
  readonly key: kms.Key | undefined;

  constructor(name: string, args: RegistryEventsArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const checks = new InputChecks(`RegistryEvents ${JSON.stringify(name)}`);
    const settings = readRegistryEventsSettings(args, checks);
    checks.refuse();
    super("ecr:index:RegistryEvents", name, {}, withChildAliases(name, opts));
    const child = { parent: this, ...deleteBeforeReplaceOptions };
    const shared = { region: args.region, tags: args.tags };
    const created = settings.targets ? undefined : createTopic(name, args, settings.kmsKey, child);
    this.topic = created?.topic;
    this.key = created?.key;

    const names = pulumi.output(settings.repositories);
    const rules = settings.rules.map(({ suffix, description, pattern }) => {
      const rule = new cloudwatch.EventRule(
        `${name}-${suffix}`,
        { description, eventPattern: names.apply((known) => JSON.stringify(pattern(known))), ...shared },
        child,
      );
      const targets = settings.targets ?? (created ? [created.topic.arn] : []);
      targets.forEach((arn, index) => {
        new cloudwatch.EventTarget(
          targets.length === 1 ? `${name}-${suffix}` : `${name}-${suffix}-${index + 1}`,
          { rule: rule.name, arn, region: args.region },
          // The topic must accept events before the rule sends any.
          created ? { ...child, dependsOn: [created.policy] } : child,
        );
      });
      return rule;
    });
    this.ruleArns = pulumi.all(rules.map((rule) => createdOutputs(rule, { arn: rule.arn }).arn));
    this.registerOutputs({ ...(created && { topicArn: this.topicArn }), ruleArns: this.ruleArns });
  }

  /** ARN of the created topic, to subscribe to. Throws when events go to given targets. */
  get topicArn(): pulumi.Output<string> {
    if (this.topic === undefined) {
      throw new ProgramError("these RegistryEvents have no topic: events go to the given targets");
    }
    return createdOutputs(this.topic, { arn: this.topic.arn }).arn;
  }
}

/** The encrypted topic, to which only EventBridge can publish. */
function createTopic(
  name: string,
  args: RegistryEventsArgs,
  kmsKey: pulumi.Input<string> | undefined,
  child: pulumi.CustomResourceOptions,
) {
  const { region, tags } = args;
  const identity = getCallerIdentityOutput({}, { parent: child.parent });
  const key =
    kmsKey === undefined
      ? new kms.Key(
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
  const topic = new sns.Topic(name, { name: args.topicName, kmsMasterKeyId: key?.arn ?? kmsKey, region, tags }, child);
  const policy = new sns.TopicPolicy(
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
