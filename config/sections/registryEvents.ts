import { z } from "zod";
import { RegistryEvents, type RegistryEventsArgs } from "../../components";
import { registryEventsFaults } from "../../components/registry/registryEventsArgs";
import { findingSeverities } from "../../ecr/registry/registryEvents";
import { parseRepositoryKey } from "../../outputs/repositoryKey";
import { createdEntries } from "../../outputs/withoutSkipped";
import { knownLogicalName } from "../logicalNames";
import { mapValues } from "../mapValues";
import { findRepositories, type RepositoriesConfig } from "../repositoryReferences";
import { registryName } from "../repositorySettings";
import { entryFaults, type Section } from "../section";
import * as parts from "../sharedSchemas";
import { allTags } from "./tags";

const entry = z.strictObject({
  repositories: parts.stringList
    .optional()
    .describe("`private/<key>`, or names such as `team/*`. Default: the whole registry"),
  pushes: z.boolean().optional().describe("Pushed images. Default: `true`"),
  deletions: z.boolean().optional().describe("Deleted images. Default: `false`"),
  findingsFrom: z
    .union([z.literal(false), z.enum(findingSeverities)])
    .optional()
    .describe("Findings of this severity and higher. Default: `HIGH`"),
  scanning: z.enum(["basic", "enhanced", "both"]).optional().describe("Which scanner's findings. Default: `both`"),
  targets: parts.stringList
    .optional()
    .describe("ARNs of topics, queues and functions. Default: a topic that is created"),
  topicName: parts.nonEmptyString.optional().describe("Default: the key with seven digits"),
  kmsKey: parts.nonEmptyString
    .optional()
    .describe("ARN of the key that encrypts the topic. Default: one that is created"),
  region: parts.region.optional(),
  tags: parts.ownTags.optional().describe("Tags in addition to the environment's. Default: none"),
});

export interface RegistryEventsConfig extends RepositoriesConfig {
  registryEvents: Record<string, z.infer<typeof entry>>;
}

export const registryEvents = {
  schema: z
    .record(parts.nonEmptyString, entry)
    .default({})
    .describe("Notifications of pushes, deletions and findings, by key"),

  faults: (config) =>
    entryFaults("registryEvents", config.registryEvents, ({ repositories }, key) => [
      ...findRepositories(config, repositories, { others: true }).faults,
      ...registryEventsFaults(key, registryEventsArgs(config, key)),
    ]),

  claims: (config, providerRegion) =>
    Object.entries(config.registryEvents).map(([key, { topicName, region }]) => ({
      // Without topicName, the key becomes the logical name in any region.
      key: `topic ${topicName === undefined ? providerRegion : (region ?? providerRegion)} ${topicName ?? key}`,
      entry: `registryEvents.${key}`,
      path: topicName === undefined ? `registryEvents.${key}` : `registryEvents.${key}.topicName`,
      value: topicName ?? key,
      already: "already has a topic of this name",
      fix: "give one of them another topicName.",
    })),

  // `topicName`, or `<name>.<region>` outside the provider's region; the key without `topicName`.
  logicalName: (config, key, stack) => {
    const { topicName: name, region = stack.region } = config.registryEvents[key] ?? {};
    if (name === undefined) return { name: key, aliases: [] };
    const isOthers = Object.values(config.registryEvents).some(({ topicName }) => topicName === key);
    // A dot, because rules are named after this component: rule names cannot contain `@`, and topic names cannot
    // contain dots.
    const placedName = region === stack.region ? name : `${name}.${region}`;
    const traces = [{ types: "ecr:index:RegistryEvents$aws:sns/topic:Topic", outputs: { name, region } }];
    return knownLogicalName(placedName, stack.state, traces, isOthers ? undefined : key);
  },

  make: (config, _, named) => {
    const made = mapValues(
      config.registryEvents,
      (__, key) => new RegistryEvents(...named(key, registryEventsArgs(config, key))),
    );
    return () => ({
      registryEvents: createdEntries(made, (each) => ({
        topicArn: each.topic && each.topicArn,
        ruleArns: each.ruleArns,
      })),
    });
  },
} satisfies Section<RegistryEventsConfig>;

export function registryEventsArgs(config: RegistryEventsConfig, key: string): RegistryEventsArgs {
  const { repositories, tags, ...settings } = config.registryEvents[key] ?? {};
  return {
    ...settings,
    ...(repositories && { repositories: repositories.map((each) => nameOf(config, each)) }),
    tags: allTags(config, tags),
  };
}

/** ECR's events contain the name of the private repository, not its key. */
function nameOf({ privateRepositories }: RepositoriesConfig, reference: string): string {
  const { kind, key = "" } = parseRepositoryKey(reference) ?? {};
  return kind === "private" ? registryName(privateRepositories[key], key) : reference;
}
