import * as pulumi from "@pulumi/pulumi";
import type {
  ImageTarget,
  MirroredImageArgs,
  PrivateRepositoryArgs,
  PublicRepositoryArgs,
  RegistryArgs,
  RegistryEventsArgs,
} from "../components";
import { privateLifecyclePolicy, privateTagSettings, publicTagSettings } from "../components";
import type { LifecyclePolicyDocument } from "../ecr/lifecyclePolicy";
import type { EnvironmentConfig } from "./schema";

// What the components take, from what the config says: defaults under a repository's own settings, the environment's tags
// under a resource's own, secrets marked as such.

export function privateRepositoryArgs(config: EnvironmentConfig, key: string): PrivateRepositoryArgs {
  const { privateRepository: defaults = {} } = config.defaults;
  const own = config.privateRepositories[key] ?? {};
  // The schema leaves documents open: the component checks them key by key.
  return { ...defaults, ...own, tags: allTags(config, defaults.tags, own.tags) } as PrivateRepositoryArgs;
}

export function publicRepositoryArgs(config: EnvironmentConfig, key: string): PublicRepositoryArgs {
  const { publicRepository: defaults = {} } = config.defaults;
  const own = config.publicRepositories[key] ?? {};
  return { ...defaults, ...own, tags: allTags(config, defaults.tags, own.tags) } as PublicRepositoryArgs;
}

export function registryArgs(config: EnvironmentConfig, key: string): RegistryArgs {
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

export function mirroredImageArgs<Repository>(
  config: EnvironmentConfig,
  key: string,
  repositories: Repository[],
): Omit<MirroredImageArgs, "repositories"> & { repositories: Repository[] } {
  const { repositories: _, password, ...settings } = config.mirroredImages[key] ?? {};
  return { ...settings, ...(password !== undefined && { password: pulumi.secret(password) }), repositories };
}

export function registryEventsArgs(config: EnvironmentConfig, key: string): RegistryEventsArgs {
  const { repositories, tags, ...settings } = config.registryEvents[key] ?? {};
  return {
    ...settings,
    ...(repositories && { repositories: repositories.map((each) => registryName(config, each)) }),
    tags: allTags(config, tags),
  };
}

/** The environment's tags, and over them those of a resource. */
export function allTags(
  config: EnvironmentConfig,
  ...own: (Record<string, string> | undefined)[]
): Record<string, string> {
  return Object.assign({}, config.tags, ...own);
}

/** The lifecycle policies of the private repositories, by key; `undefined` for one that has none. */
export function lifecyclePolicies(config: EnvironmentConfig): Record<string, LifecyclePolicyDocument | undefined> {
  return Object.fromEntries(
    Object.keys(config.privateRepositories).map((key) => [
      key,
      privateLifecyclePolicy(privateRepositoryArgs(config, key)),
    ]),
  );
}

/** What can be known of the repositories before they exist, by `private/<key>` and `public/<key>`. */
export function imageTargets(config: EnvironmentConfig): Record<string, ImageTarget> {
  const targets: Record<string, ImageTarget> = {};
  for (const logicalName of Object.keys(config.privateRepositories)) {
    const tagSettings = privateTagSettings(privateRepositoryArgs(config, logicalName));
    targets[`private/${logicalName}`] = { kind: "private", logicalName, tagSettings };
  }
  for (const logicalName of Object.keys(config.publicRepositories)) {
    targets[`public/${logicalName}`] = { kind: "public", logicalName, tagSettings: publicTagSettings };
  }
  return targets;
}

/** Whether a text stands for a repository of this config, rather than for an ARN or a name. */
export function isReference(text: string): boolean {
  return /^(private|public)\//.test(text);
}

/** Name in the registry of a private repository that stands as `private/<key>`; any other text is a name already. */
export function registryName(config: EnvironmentConfig, reference: string): string {
  if (!reference.startsWith("private/")) return reference;
  const key = reference.slice("private/".length);
  const { repositoryName, import: adopted } = config.privateRepositories[key] ?? {};
  return repositoryName ?? (typeof adopted === "string" ? adopted : adopted?.repository) ?? key;
}
