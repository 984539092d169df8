import { publicRepositoryPolicyFromGrants, repositoryPolicyFromGrants } from "../../../ecr/accessPolicy";
import { lifecyclePolicyFromRules, lifecyclePresets } from "../../../ecr/lifecyclePolicy";

export const regions = ["ap-northeast-2", "eu-west-1"] as const;
export type Region = (typeof regions)[number];
export const homeRegion: Region = "ap-northeast-2";

/** A private repository's entry in the stack's file, with the settings that lives change. */
export interface PrivateEntry {
  repositoryName?: string;
  region?: Region;
  import?: string;
  encryption?: "aes256" | "kms";
  imageTagMutability?: "MUTABLE" | "IMMUTABLE";
  exclusionFilters?: string[];
  scanOnPush?: boolean;
  lifecyclePolicy?: false | "service" | "release" | "archive";
  access?: { pullFrom: string[] };
  tags?: Record<string, string>;
  forceDelete?: boolean;
  retainOnDelete?: boolean;
  protect?: boolean;
}

export interface PublicEntry {
  repositoryName?: string;
  catalogData?: { description: string };
  access?: { pushFrom: string[] };
  tags?: Record<string, string>;
  forceDestroy?: boolean;
  retainOnDelete?: boolean;
  protect?: boolean;
}

export interface RegistryEntry {
  region?: Region;
  replication?: { regions: string[]; repositories: string[] }[];
  scanning?: { type: "basic"; scanOnPush: string[] };
  replicateFrom?: string[];
}

export interface ImageEntry {
  /** The content of the build context's only file, and so of the image. */
  content: number;
  /** `private/<key>` or `public/<key>`. */
  repositories: string[];
  tags?: string[];
}

/** For GitHub: all have the same issuer, for which an account has one identity provider. */
export interface RoleEntry {
  roleName: string;
  /** If false, it refers to the provider by ARN. */
  createProvider: boolean;
}

/** The stack's file, and the folders that its images are built from. */
export interface Config {
  privates: Record<string, PrivateEntry>;
  publics: Record<string, PublicEntry>;
  registries: Record<string, RegistryEntry>;
  images: Record<string, ImageEntry>;
  roles: Record<string, RoleEntry>;
}

/** What identifies a repository in AWS, whatever its config key: `private/<region>/<name>` or `public/<name>`. */
export type Place = string;

/** A repository as AWS should have it. */
export interface Repository {
  encryption?: "AES256" | "KMS";
  mutability?: string;
  filters?: string[];
  scanOnPush?: boolean;
  lifecycle?: unknown;
  policy?: unknown;
  description?: string;
  tags: Record<string, string>;
  /** Digest by tag. */
  images: Record<string, string>;
}

/** A managed repository's options in the last update. A deletion depends on these, not on the config. */
export interface Applied {
  force: boolean;
  retain: boolean;
  protect: boolean;
}

export interface Registry {
  replication: unknown[];
  scanOnPush: string[];
  /** Accounts that the registry's policy names. */
  replicateFrom: string[];
}

/** The account and the stack, in plain data that can be copied and compared. */
export interface World {
  config: Config;
  /** The tag that the program gives an image, by its content. */
  tags: Record<string, string>;
  repositories: Record<Place, Repository>;
  managed: Record<Place, Applied>;
  registries: Record<string, Registry>;
  /** Names of IAM roles. */
  roles: string[];
  /** The identity provider's creation time, if there is one; it tells one provider from another. */
  provider?: string;
}

export const emptyRegistry: Registry = { replication: [], scanOnPush: [], replicateFrom: [] };

export function emptyWorld(): World {
  return {
    config: { privates: {}, publics: {}, registries: {}, images: {}, roles: {} },
    tags: {},
    repositories: {},
    managed: {},
    registries: Object.fromEntries(regions.map((region) => [region, emptyRegistry])),
    roles: [],
  };
}

export function privatePlace(key: string, entry: PrivateEntry): Place {
  return `private/${entry.region ?? homeRegion}/${entry.import ?? entry.repositoryName ?? key}`;
}

export function publicPlace(key: string, entry: PublicEntry): Place {
  return `public/${entry.repositoryName ?? key}`;
}

/** Each entry's place, with what an update makes of it. */
export function entriesOf(config: Config): { place: Place; key: string; imported: boolean; wanted: Wanted }[] {
  return [
    ...Object.entries(config.privates).map(([key, entry]) => ({
      place: privatePlace(key, entry),
      key,
      imported: entry.import !== undefined,
      wanted: wantedPrivate(entry),
    })),
    ...Object.entries(config.publics).map(([key, entry]) => ({
      place: publicPlace(key, entry),
      key,
      imported: false,
      wanted: wantedPublic(entry),
    })),
  ];
}

interface Wanted {
  settings: Omit<Repository, "images">;
  applied: Applied;
}

function wantedPrivate(entry: PrivateEntry): Wanted {
  const { lifecyclePolicy = "service", exclusionFilters, access } = entry;
  return {
    settings: {
      encryption: entry.encryption === "aes256" ? "AES256" : "KMS",
      mutability: entry.imageTagMutability ?? (exclusionFilters ? "IMMUTABLE_WITH_EXCLUSION" : "IMMUTABLE"),
      filters: exclusionFilters ?? [],
      scanOnPush: entry.scanOnPush ?? true,
      ...(lifecyclePolicy && { lifecycle: lifecyclePolicyFromRules(lifecyclePresets[lifecyclePolicy].rules) }),
      ...(access && { policy: repositoryPolicyFromGrants(access) }),
      tags: entry.tags ?? {},
    },
    applied: {
      force: entry.forceDelete ?? false,
      retain: entry.retainOnDelete ?? false,
      protect: entry.protect ?? false,
    },
  };
}

function wantedPublic(entry: PublicEntry): Wanted {
  return {
    settings: {
      ...(entry.catalogData && { description: entry.catalogData.description }),
      ...(entry.access && { policy: publicRepositoryPolicyFromGrants(entry.access) }),
      tags: entry.tags ?? {},
    },
    applied: {
      force: entry.forceDestroy ?? false,
      retain: entry.retainOnDelete ?? false,
      protect: entry.protect ?? false,
    },
  };
}

export function wantedRegistry(entry: RegistryEntry): Registry {
  return {
    replication: entry.replication ?? [],
    scanOnPush: entry.scanning?.scanOnPush ?? ["*"],
    replicateFrom: entry.replicateFrom ?? [],
  };
}

/** A placeholder for a digest or tag that only the update determines. */
export const unknownUntilUpdate = "made by the update";

/** The places that an image goes to. */
export function placesOf(config: Config, image: ImageEntry): Place[] {
  return image.repositories.flatMap((reference) => {
    const key = reference.slice(reference.indexOf("/") + 1);
    const [entry, other] = [config.privates[key], config.publics[key]];
    if (reference.startsWith("private/")) return entry ? [privatePlace(key, entry)] : [];
    return other ? [publicPlace(key, other)] : [];
  });
}

export function mapEntries<In, Out>(all: Record<string, In>, map: (each: In, key: string) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(all).map(([key, each]) => [key, map(each, key)]));
}

/** Whether a tag can be given to another image by hand. */
export function canMove(repository: Repository, tag: string): boolean {
  const { mutability = "MUTABLE", filters = [] } = repository;
  return mutability === "MUTABLE" || (mutability === "IMMUTABLE_WITH_EXCLUSION" && filters.includes(tag));
}
