import * as pulumi from "@pulumi/pulumi";
import type {
  ImageTarget,
  MirroredImageArgs,
  PrivateRepositoryArgs,
  PublicRepositoryArgs,
  PushRoleArgs,
  RegistryArgs,
  RegistryEventsArgs,
} from "../components";
import { privateLifecyclePolicy, privateTagSettings, publicTagSettings } from "../components";
import type { RepositoryReference } from "../components/repositories/repositoryReference";
import type { LifecyclePolicyDocument } from "../ecr/lifecyclePolicy";
import type { EnvironmentConfig } from "./schema";

// What the components take, from what the config says: defaults under a repository's own settings, the environment's tags
// under a resource's own, secrets marked as such.

/** With the repository's name: the component is called after what it is, see config/logicalNames.ts. */
export function privateRepositoryArgs(config: EnvironmentConfig, key: string): PrivateRepositoryArgs {
  const { privateRepository: defaults = {} } = config.defaults;
  const own = config.privateRepositories[key] ?? {};
  // The schema leaves documents open: the component checks them key by key.
  return {
    ...withoutNulls({ ...defaults, ...own }),
    repositoryName: registryName(config, `private/${key}`),
    tags: allTags(config, defaults.tags, own.tags),
  } as PrivateRepositoryArgs;
}

export function publicRepositoryArgs(config: EnvironmentConfig, key: string): PublicRepositoryArgs {
  const { publicRepository: defaults = {} } = config.defaults;
  const own = config.publicRepositories[key] ?? {};
  return {
    ...withoutNulls({ ...defaults, ...own }),
    repositoryName: registryName(config, `public/${key}`),
    tags: allTags(config, defaults.tags, own.tags),
  } as PublicRepositoryArgs;
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

/** @param repository Finds what `private/<key>` and `public/<key>` stand for; ARNs stay. */
export function pushRoleArgs(
  config: EnvironmentConfig,
  key: string,
  repository: (reference: string) => RepositoryReference,
): PushRoleArgs {
  const { repositories = [], tags, ...settings } = config.pushRoles[key] ?? {};
  return {
    ...settings,
    repositories: repositories.map((each) => (isReference(each) ? repository(each) : each)),
    tags: allTags(config, tags),
  };
}

export function registryEventsArgs(config: EnvironmentConfig, key: string): RegistryEventsArgs {
  const { repositories, tags, ...settings } = config.registryEvents[key] ?? {};
  return {
    ...settings,
    ...(repositories && {
      repositories: repositories.map((each) => (each.startsWith("private/") ? registryName(config, each) : each)),
    }),
    tags: allTags(config, tags),
  };
}

/** The environment's tags, and over them those of a resource; `null` takes one back. */
export function allTags(
  config: EnvironmentConfig,
  ...own: (Record<string, string | null> | null | undefined)[]
): Record<string, string> {
  return withoutNulls(Object.assign({}, config.tags, ...own));
}

/** `null` takes a default back: what is left is what the component does by itself. */
function withoutNulls<Value>(settings: Record<string, Value | null>): Record<string, Value> {
  return Object.fromEntries(Object.entries(settings).filter((entry): entry is [string, Value] => entry[1] !== null));
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

/** The key of the first image that goes to a repository. */
export function firstImageIn(config: EnvironmentConfig, reference: string): string | undefined {
  return Object.keys(config.images).find((key) => config.images[key]?.repositories.includes(reference));
}

/** Whether a text stands for a repository of this config, rather than for an ARN or a name. */
export function isReference(text: string): boolean {
  return /^(private|public)\//.test(text);
}

/** What `private/<key>` or `public/<key>` stands for; loadConfig made sure that it is there. */
export function referredTo<Private, Public>(
  reference: string,
  privates: Readonly<Record<string, Private>>,
  publics: Readonly<Record<string, Public>>,
): Private | Public {
  const key = reference.slice(reference.indexOf("/") + 1);
  const found = reference.startsWith("private/") ? privates[key] : publics[key];
  if (found === undefined) throw new Error(`no such repository: ${reference}`);
  return found;
}

/** Name in its registry of a repository that stands as `private/<key>` or `public/<key>`; any other text is a name already. */
export function registryName(config: EnvironmentConfig, reference: string): string {
  if (!isReference(reference)) return reference;
  const key = reference.slice(reference.indexOf("/") + 1);
  const repositories = reference.startsWith("private/") ? config.privateRepositories : config.publicRepositories;
  const { repositoryName, import: adopted } = repositories[key] ?? {};
  return repositoryName ?? (typeof adopted === "string" ? adopted : adopted?.repository) ?? key;
}

/** Region that a private repository asks for; undefined: the provider's. */
export function repositoryRegion(config: EnvironmentConfig, key: string): string | undefined {
  const { region } = { ...config.defaults.privateRepository, ...config.privateRepositories[key] };
  return region ?? undefined;
}
