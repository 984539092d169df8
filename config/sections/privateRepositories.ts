import { z } from "zod";
import { PrivateRepository, type PrivateRepositoryArgs, pullPolicy } from "../../components";
import { privateLifecyclePolicy, privateRepositoryFaults } from "../../components/repositories/privateRepositoryArgs";
import type { LifecyclePolicyDocument } from "../../ecr/lifecyclePolicy";
import { repositoryKeyAlias } from "../../ecr/repository/encryption";
import { repositoryOutputs } from "../../outputs/repositoryOutputs";
import { createdEntries } from "../../outputs/withoutSkipped";
import { knownLogicalName } from "../logicalNames";
import { mapValues } from "../mapValues";
import { registryName, repositoryClaim, repositoryFaults } from "../repositorySettings";
import type { Section } from "../section";
import * as parts from "../sharedSchemas";
import { allTags, type TagsConfig } from "./tags";

/** Settings of a private repository that `defaults` may contain: all except those specific to one repository. */
const privateSettings = {
  encryption: parts.encryption.optional(),
  kmsKey: parts.nonEmptyString
    .optional()
    .describe("An existing KMS key: ARN, id or alias. Not with `aes256`. Default: none"),
  createKey: z.boolean().optional().describe("Create a customer managed key for the repository. Default: `false`"),
  keyDeletionWindowDays: z
    .number()
    .optional()
    .describe("Days from the removal of the created key to its deletion, 7 to 30. Default: 30"),
  imageTagMutability: parts.imageTagMutability.optional(),
  exclusionFilters: parts.exclusionFilters.optional(),
  scanOnPush: z.boolean().optional().describe("Scan each image when it is pushed. Default: `true`"),
  lifecyclePolicy: parts.lifecyclePolicy.optional(),
  protectedTags: parts.stringList
    .optional()
    .describe("Tag patterns with at most four `*`; images with such tags never expire. Default: none"),
  access: parts.access.optional(),
  forceDelete: z.boolean().optional().describe("Delete the repository even when it holds images. Default: `false`"),
  protect: parts.protect.optional(),
  retainOnDelete: parts.retainOnDelete.optional(),
  region: parts.region.optional(),
  tags: parts.repositoryTags,
};

export const privateRepositoryDefaults = z.strictObject(privateSettings);

const entry = z.strictObject({
  repositoryName: parts.repositoryName.optional(),
  ...parts.orNull(privateSettings),
  import: parts.adopted.optional(),
});

export interface PrivateRepositoriesConfig extends TagsConfig {
  defaults: { privateRepository?: z.infer<typeof privateRepositoryDefaults> };
  privateRepositories: Record<string, z.infer<typeof entry>>;
}

export const privateRepositories = {
  schema: z.record(parts.nonEmptyString, entry).default({}).describe("Private repositories, by key"),

  faults: (config) => {
    const defaults = { kind: "privateRepository", settings: config.defaults.privateRepository };
    return repositoryFaults("privateRepositories", config.privateRepositories, defaults, (key) =>
      privateRepositoryFaults(key, privateRepositoryArgs(config, key)),
    );
  },

  claims: (config, region) =>
    Object.entries(config.privateRepositories).map(([key, own]) =>
      repositoryClaim("privateRepositories", key, own, repositoryRegion(config, key) ?? region),
    ),

  // The repository's name; `<name>@<region>` outside the provider's region.
  logicalName: (config, key, stack) => {
    const name = registryName(config.privateRepositories[key], key);
    const region = repositoryRegion(config, key) ?? stack.region;
    return knownLogicalName(region === stack.region ? name : `${name}@${region}`, stack.state, [
      { types: privateRepositoryTypes.repository, outputs: { name, region } },
      { types: privateRepositoryTypes.lifecyclePolicy, outputs: { repository: name, region } },
      { types: privateRepositoryTypes.policy, outputs: { repository: name, region } },
      { types: privateRepositoryTypes.keyAlias, outputs: { name: repositoryKeyAlias(name), region } },
    ]);
  },

  make: (config, stack, named) => {
    const made = mapValues(
      config.privateRepositories,
      (_, key) => new PrivateRepository(...named(key, privateRepositoryArgs(config, key))),
    );
    for (const [key, each] of Object.entries(made)) stack.repositories.set(`private/${key}`, each);
    return () => ({
      privateRepositories: createdEntries(made, (each, key) => ({
        ...repositoryOutputs(each, stack.builds.get(`private/${key}`)),
        region: each.region,
        pullPolicy: pullPolicy([each]),
      })),
    });
  },
} satisfies Section<PrivateRepositoriesConfig>;

/** Resource types in a stack's state: see StateResource.types. */
export const privateRepositoryTypes = {
  component: "ecr:index:PrivateRepository",
  repository: "ecr:index:PrivateRepository$aws:ecr/repository:Repository",
  lifecyclePolicy: "ecr:index:PrivateRepository$aws:ecr/lifecyclePolicy:LifecyclePolicy",
  policy: "ecr:index:PrivateRepository$aws:ecr/repositoryPolicy:RepositoryPolicy",
  key: "ecr:index:PrivateRepository$aws:kms/key:Key",
  keyAlias: "ecr:index:PrivateRepository$aws:kms/alias:Alias",
};

/** The component's arguments. The repository name is always set, because the logical name may differ from it. */
export function privateRepositoryArgs(config: PrivateRepositoriesConfig, key: string): PrivateRepositoryArgs {
  const { privateRepository: defaults = {} } = config.defaults;
  const own = config.privateRepositories[key] ?? {};
  // The schema does not describe policy documents in detail; the component validates them.
  return {
    ...parts.withoutNulls({ ...defaults, ...own }),
    repositoryName: registryName(own, key),
    tags: allTags(config, defaults.tags, own.tags),
  } as PrivateRepositoryArgs;
}

/** The region set for a private repository; `undefined` means the provider's. */
export function repositoryRegion(config: PrivateRepositoriesConfig, key: string): string | undefined {
  const { region } = { ...config.defaults.privateRepository, ...config.privateRepositories[key] };
  return region ?? undefined;
}

/** Lifecycle policies of the private repositories, by key; `undefined` for a repository without one. */
export function lifecyclePolicies(
  config: PrivateRepositoriesConfig,
): Record<string, LifecyclePolicyDocument | undefined> {
  return mapValues(config.privateRepositories, (_, key) => privateLifecyclePolicy(privateRepositoryArgs(config, key)));
}
