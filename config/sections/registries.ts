import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { Registry, type RegistryArgs } from "../../components";
import { registryFaults } from "../../components/registry/registry";
import { type AccountSettingArgument, accountSettingNames } from "../../ecr/registry/accountSettings";
import { templateOccasions } from "../../ecr/registry/creationTemplates";
import { knownLogicalName } from "../logicalNames";
import { entryFaults, type Section } from "../section";
import * as parts from "../sharedSchemas";
import { allTags, type TagsConfig } from "./tags";

const document = z
  .union([z.string(), z.record(z.string(), z.unknown())])
  .describe("Policy document, as a JSON string or an object");

const entry = z.strictObject({
  policy: document.optional().describe("The registry's own policy. Default: none"),
  replicateFrom: parts.stringList.optional().describe("Accounts that can replicate into this registry. Default: none"),
  scanning: z
    .union([
      z.literal(false),
      z.strictObject({
        type: z.enum(["basic", "enhanced"]).optional().describe("`enhanced` is Amazon Inspector. Default: `basic`"),
        scanOnPush: parts.stringList.optional().describe("Filters for repositories scanned on push. Default: `*`"),
        continuous: parts.stringList
          .optional()
          .describe("Filters for continuous scanning, `enhanced` only. Default: none"),
      }),
    ])
    .optional()
    .describe("When images are scanned; `false` leaves the setting as it is. Default: basic, every image on push"),
  replication: z
    .array(
      z.strictObject({
        regions: parts.stringList.describe("At least one"),
        accounts: parts.stringList
          .optional()
          .describe("Account ids, twelve digits each. Default: the registry's own account"),
        repositories: parts.stringList
          .optional()
          .describe("Prefixes of the repository names to replicate. Default: all"),
        deletes: z
          .boolean()
          .optional()
          .describe(
            "Whether deletions are replicated: `true` is refused, because the AWS provider does not support it. Default: `false`",
          ),
      }),
    )
    .optional()
    .describe(
      "Where each push is replicated to, at most 10 rules; `npm run replication -- backfill` copies existing images. Default: nowhere",
    ),
  pullThroughCache: z
    .array(
      z.strictObject({
        upstream: parts.nonEmptyString.describe("ECR's name for the upstream, such as `docker-hub`, or its host"),
        prefix: parts.nonEmptyString.optional().describe("2 to 30 characters, or `ROOT`. Default: the upstream's name"),
        credential: z
          .strictObject({ username: parts.nonEmptyString, accessToken: parts.nonEmptyString })
          .optional()
          .describe(
            "Credentials, stored in a secret that is created. Set them with `pulumi config set --secret`. Default: none",
          ),
        credentialArn: parts.nonEmptyString.optional().describe("ARN of an existing secret `ecr-pullthroughcache/…`"),
        createRole: z.boolean().optional().describe("For another account's ECR: create the role. Default: `false`"),
        customRoleArn: parts.nonEmptyString.optional().describe("For another account's ECR: an existing role"),
        upstreamRepositoryPrefix: parts.nonEmptyString
          .optional()
          .describe("For an ECR upstream: prefix of its repositories. Default: `ROOT`"),
      }),
    )
    .optional()
    .describe("Upstream registries whose images this one pulls and caches, at most 50. Default: none"),
  creationTemplates: z
    .array(
      z.strictObject({
        prefix: parts.nonEmptyString.describe(
          "Prefix of the repository names that get the template, or `ROOT` for all others",
        ),
        appliedFor: z.array(z.enum(templateOccasions)).describe("What ECR creates the repositories for"),
        description: parts.nonEmptyString.optional(),
        encryption: parts.encryption.optional(),
        kmsKey: parts.nonEmptyString
          .optional()
          .describe("ARN of an existing key in the registry's region. Default: none"),
        imageTagMutability: parts.imageTagMutability.optional(),
        exclusionFilters: parts.exclusionFilters.optional(),
        lifecyclePolicy: parts.lifecyclePolicy.optional(),
        repositoryPolicy: document.optional().describe("The repositories' own policy. Default: none"),
        resourceTags: parts.tags.optional().describe("Tags of the repositories. Default: none"),
        customRoleArn: parts.nonEmptyString
          .optional()
          .describe("Role that ECR assumes. Default: one is created when tags or KMS need it"),
      }),
    )
    .optional()
    .describe("Settings of the repositories that ECR creates itself. Default: none"),
  accountSettings: z
    .strictObject({
      basicScanTypeVersion: z.enum(["AWS_NATIVE"]).optional(),
      registryPolicyScope: z
        .enum(["V1", "V2"])
        .optional()
        .describe("Which actions the registry policy applies to: version 1 or 2"),
      blobMounting: z.boolean().optional().describe("Whether repositories of the registry share layers"),
    })
    .optional()
    .describe("Default: the account's current settings"),
  pullTimeExclusions: parts.stringList
    .optional()
    .describe("ARNs of roles and users whose pulls do not update an image's last pull time. Default: none"),
  import: z
    .union([
      parts.nonEmptyString,
      z.strictObject({
        registry: parts.nonEmptyString.describe("The registry's id: the account, twelve digits in quotes"),
        policy: z.boolean().optional().describe("Whether it has a policy. Default: `false`"),
        scanning: z.boolean().optional().describe("Whether to import its scanning configuration. Default: `false`"),
        replication: z.boolean().optional().describe("Whether to import its replication. Default: `false`"),
        pullThroughCache: parts.stringList
          .optional()
          .describe("Prefixes of the cache rules that it has. Default: none"),
        creationTemplates: parts.stringList.optional().describe("Prefixes of the templates that it has. Default: none"),
        accountSettings: z
          .array(z.enum(Object.keys(accountSettingNames) as AccountSettingArgument[]))
          .optional()
          .describe("Account settings to import. Default: none"),
        pullTimeExclusions: parts.stringList.optional().describe("ARNs of the exclusions that it has. Default: none"),
      }),
    ])
    .optional()
    .describe(
      "Adopt existing settings: the account's id, for whatever the registry has of the entry; or exactly what is named. Default: settings are created",
    ),
  takeOver: z
    .boolean()
    .optional()
    .describe("Overwrite policy, scanning and replication settings that this stack did not make. Default: `false`"),
  region: parts.region.optional(),
  tags: parts.ownTags.optional().describe("Tags of secrets and roles in addition to the environment's. Default: none"),
});

export interface RegistriesConfig extends TagsConfig {
  registries: Record<string, z.infer<typeof entry>>;
}

export const registries = {
  schema: z
    .record(parts.nonEmptyString, entry)
    .default({})
    .describe("Account-wide settings of a region's registry, by key"),

  faults: (config) =>
    entryFaults("registries", config.registries, (_, key) => registryFaults(key, registryArgs(config, key))),

  claims: (config, providerRegion) =>
    Object.entries(config.registries).map(([key, { region = providerRegion }]) => ({
      key: `registry ${region}`,
      entry: `registries.${key}`,
      path: `registries.${key}.region`,
      value: region,
      already: "already describes this region's registry: an account has one per region",
      fix: "merge the settings of both into one entry, or name another region.",
    })),

  // The registry's region.
  logicalName: (config, key, stack) => {
    const region = config.registries[key]?.region ?? stack.region;
    const lookup = (types: string, suffix?: string) => ({ types, outputs: { region }, suffix });
    return knownLogicalName(region, stack.state, [
      lookup(registryTypes.component),
      lookup(registryTypes.policy),
      lookup(registryTypes.scanning),
      lookup(registryTypes.replication),
      lookup(registryTypes.accountSetting, "name"),
      lookup(registryTypes.cacheRule, "ecrRepositoryPrefix"),
      lookup(registryTypes.template, "prefix"),
    ]);
  },

  make: (config, _, named) => {
    for (const key of Object.keys(config.registries)) new Registry(...named(key, registryArgs(config, key)));
    return () => ({});
  },
} satisfies Section<RegistriesConfig>;

/** Resource types in a stack's state: see StateResource.types. */
export const registryTypes = {
  component: "ecr:index:Registry",
  policy: "ecr:index:Registry$aws:ecr/registryPolicy:RegistryPolicy",
  scanning: "ecr:index:Registry$aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
  replication: "ecr:index:Registry$aws:ecr/replicationConfiguration:ReplicationConfiguration",
  accountSetting: "ecr:index:Registry$aws:ecr/accountSetting:AccountSetting",
  cacheRule: "ecr:index:Registry$aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
  exclusion: "ecr:index:Registry$aws:ecr/pullTimeUpdateExclusion:PullTimeUpdateExclusion",
  template: "ecr:index:Registry$aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
};

export function registryArgs(config: RegistriesConfig, key: string): RegistryArgs {
  const { tags, pullThroughCache, ...settings } = config.registries[key] ?? {};
  return {
    ...settings,
    ...(pullThroughCache && {
      pullThroughCache: pullThroughCache.map(({ credential, ...rule }) => ({
        ...rule,
        ...(credential && {
          credential: { username: credential.username, accessToken: pulumi.secret(credential.accessToken) },
        }),
      })),
    }),
    tags: allTags(config, tags),
  } as RegistryArgs;
}
