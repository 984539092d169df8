import type * as ecr from "@pulumi/aws/ecr";
import type * as kms from "@pulumi/aws/kms";
import type * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import type { LifecyclePolicyDocument } from "../../ecr/lifecyclePolicy";
import { regionFaults } from "../../ecr/names/regions";
import { privateRepositoryNameFaults } from "../../ecr/names/repositoryNames";
import { type EncryptionType, encryptionFaults, keyDeletionWindowFaults } from "../../ecr/repository/encryption";
import { resourceTagFaults } from "../../ecr/repository/resourceTags";
import {
  type ImageTagMutability,
  type TagExclusionFilter,
  type TagMutabilitySettings,
  tagMutabilityFaults,
} from "../../ecr/tags/tagMutability";
import { oneOf } from "../../ecr/values/nearestWord";
import { InputChecks } from "../inputChecks";
import { type LifecycleInput, readLifecycle } from "../lifecycleInput";
import type { Transform } from "../transform";
import { type Adoption, type AdoptionArgs, readAdoption } from "./adoption";
import { type AccessArgs, checkAccess } from "./repositoryAccess";

/** Settings of a private repository; each has a default. */
export interface PrivateRepositoryArgs {
  /**
   * Name in the registry: 2 to 256 characters, lower-case letters, digits, `.`, `_`, `-` and `/`. A change replaces the
   * repository.
   * @default the component's name
   */
  repositoryName?: pulumi.Input<string>;
  /**
   * How images are encrypted at rest. Fixed when the repository is created: a change replaces it.
   * @default "kms", with the key that AWS manages for ECR (`alias/aws/ecr`) unless `kmsKey` or `createKey` is set
   */
  encryption?: "aes256" | "kms" | "kmsDsse";
  /**
   * An existing KMS key in the repository's region: its ARN, id or alias. Not with `aes256`. An id or alias is looked
   * up at each run (`kms:DescribeKey`); an alias that now points to another key replaces the repository, as another key
   * does.
   * @default none
   */
  kmsKey?: pulumi.Input<string>;
  /**
   * Creates a customer managed key for this repository, with an alias: rotated every year, administered by the account,
   * usable only through ECR. Not with `aes256`, `kmsKey` or `import`. Adding or removing it later replaces the
   * repository.
   * @default false
   */
  createKey?: boolean;
  /**
   * Days between the removal of the repository's own key and its deletion, 7 to 30; until then the deletion can be
   * cancelled. Only with `createKey`.
   * @default 30
   */
  keyDeletionWindowDays?: number;
  /**
   * Whether a tag can be moved to another image.
   * @default "IMMUTABLE"; "IMMUTABLE_WITH_EXCLUSION" when `exclusionFilters` are given
   */
  imageTagMutability?: ImageTagMutability;
  /**
   * Tags excluded from it: 1 to 5 patterns of at most 128 characters with at most two `*`, such as `latest`.
   * @default none
   */
  exclusionFilters?: string[];
  /** Scan each image for known vulnerabilities when it is pushed. @default true */
  scanOnPush?: boolean;
  /**
   * What expires: rules in the short form, a preset's name (`service`, `release`, `pullRequest`, `archive`,
   * `pullThroughCache`), ECR's own document (object or JSON string), or `false` for nothing.
   * @default "service": untagged images expire after 7 days, and the 50 newest content-tagged ones are kept
   */
  lifecyclePolicy?: LifecycleInput;
  /**
   * Tags whose images no lifecycle rule expires or archives: patterns with at most four `*`, such as `v*`. Each becomes
   * a rule before the others; 50 rules in all.
   * @default none
   */
  protectedTags?: readonly string[];
  /** Who else can pull and push. @default nobody but the account itself: no repository policy */
  access?: AccessArgs;
  /**
   * Delete the repository even when it contains images.
   * @default false: `pulumi destroy` then fails and nothing is lost
   */
  forceDelete?: boolean;
  /**
   * Refuse to delete or replace the repository and its own key, whatever the program says, until this is `false` again.
   * Use this instead of the resource option, which would block changes of the lifecycle policy too.
   * @default false
   */
  protect?: boolean;
  /**
   * Keep the repository and everything that belongs to it in AWS when it is removed from the program.
   * @default false
   */
  retainOnDelete?: boolean;
  /**
   * Adopts an existing repository that no stack manages yet: its name, or its name and whether it has a repository
   * policy. All its settings, including lifecycle and repository policy, are then set to those of the program. Its
   * encryption cannot be changed: the preview refuses a different one and says what to write in `encryption` and
   * `kmsKey`. With `lifecyclePolicy: false`, or without `access`, an existing policy stays there unmanaged.
   * @default none: the repository is created
   */
  import?: string | AdoptionArgs;
  /** Region of the repository and everything that belongs to it. @default the provider's region */
  region?: pulumi.Input<string>;
  /** Tags of the repository and its key, in addition to the provider's default tags; at most 50. @default none */
  tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Transforms of single resources, for properties without an argument: `{ repository: (args, opts) => … }`.
   * @default none
   */
  transform?: PrivateRepositoryTransforms;
}

/**
 * The resources of a private repository. Properties that other parts of the component depend on have an argument and
 * cannot be changed here.
 */
export interface PrivateRepositoryTransforms {
  /** Not `name`, `region`, or the properties that decide which tags can be moved. @default none */
  repository?: Transform<ecr.RepositoryArgs>;
  /** @default none */
  lifecyclePolicy?: Transform<ecr.LifecyclePolicyArgs>;
  /** @default none */
  repositoryPolicy?: Transform<ecr.RepositoryPolicyArgs>;
  /** The customer managed key of `createKey`. @default none */
  key?: Transform<kms.KeyArgs>;
}

/** ECR's name for each kind of encryption. */
export const encryptionTypes: Record<NonNullable<PrivateRepositoryArgs["encryption"]>, EncryptionType> = {
  aes256: "AES256",
  kms: "KMS",
  kmsDsse: "KMS_DSSE",
};

const defaultLifecycle = "service";

/** The arguments with their defaults, with ECR's names. */
export interface PrivateRepositorySettings {
  repositoryName: pulumi.Input<string>;
  encryptionType: EncryptionType;
  kmsKey: pulumi.Input<string> | undefined;
  tagSettings: TagMutabilitySettings;
  /** ECR's document in its canonical form. */
  lifecyclePolicy: string | undefined;
  adoption: Adoption;
  tags: PrivateRepositoryArgs["tags"];
}

/**
 * Faults of a PrivateRepository with this name and these arguments, as far as they are known; empty when there are
 * none.
 *
 * @example
 * const [fault] = privateRepositoryFaults("petclinic", { encryption: "aes256", createKey: true });
 */
export function privateRepositoryFaults(name: string, args: PrivateRepositoryArgs): Fault[] {
  const checks = new InputChecks(name);
  readPrivateRepositorySettings(name, args, checks);
  return checks.faults;
}

/**
 * Which tags of a PrivateRepository with these arguments can be moved.
 *
 * @example
 * const settings = privateTagSettings({ exclusionFilters: ["latest"] }); // IMMUTABLE_WITH_EXCLUSION
 */
export function privateTagSettings(
  args: Pick<PrivateRepositoryArgs, "imageTagMutability" | "exclusionFilters">,
): TagMutabilitySettings {
  // An empty list overrides a default: it is the same as none.
  const filters = args.exclusionFilters?.length ? args.exclusionFilters : undefined;
  const exclusionFilters = filters?.map((filter) => ({ filter, filterType: "WILDCARD" as const }));
  return {
    imageTagMutability: args.imageTagMutability ?? (exclusionFilters ? "IMMUTABLE_WITH_EXCLUSION" : "IMMUTABLE"),
    exclusionFilters,
  };
}

/**
 * The lifecycle policy that ECR gets for a PrivateRepository with these arguments.
 *
 * @param args The repository's; omitted ones have their defaults. Use `privateRepositoryFaults` to validate them.
 * @returns `undefined`: none, so every image is kept.
 * @example
 * privateLifecyclePolicy({ lifecyclePolicy: [{ images: "untagged", expireAfterDays: 7 }] })?.rules.length; // 1
 */
export function privateLifecyclePolicy(
  args: Pick<PrivateRepositoryArgs, "lifecyclePolicy" | "protectedTags">,
): LifecyclePolicyDocument | undefined {
  const { text } = readLifecycle(args.lifecyclePolicy ?? defaultLifecycle, "lifecyclePolicy", args.protectedTags);
  return text === undefined ? undefined : (JSON.parse(text) as LifecyclePolicyDocument);
}

/** Reads the arguments; what ECR would refuse is added to `checks`. */
export function readPrivateRepositorySettings(
  name: string,
  given: PrivateRepositoryArgs,
  checks: InputChecks,
): PrivateRepositorySettings {
  const args = checks.typed(given, {
    createKey: "boolean",
    keyDeletionWindowDays: "number",
    exclusionFilters: "list",
    scanOnPush: "boolean",
    protectedTags: "list",
    forceDelete: "boolean",
    protect: "boolean",
    retainOnDelete: "boolean",
  });
  const adoption = readAdoption(args.import, args, privateRepositoryNameFaults, checks);
  const repositoryName = checks.input(adoption.repositoryName ?? args.repositoryName ?? name, (value) =>
    // The name of an adopted repository is checked in `import`.
    adoption.repositoryName === undefined ? privateRepositoryNameFaults(value, "repositoryName") : [],
  );
  if (typeof args.region === "string") checks.add(regionFaults(args.region, "region"));
  const { encryptionType, kmsKey } = readEncryption(args, checks);
  const tagSettings = privateTagSettings(args);
  checks.add(tagFaults(tagSettings, args.exclusionFilters));
  const lifecycle = readLifecycle(args.lifecyclePolicy ?? defaultLifecycle, "lifecyclePolicy", args.protectedTags);
  checks.add(lifecycle.faults);
  checkAccess(args.access, args.region, checks);
  const tags = args.tags && checks.input(args.tags, (value) => resourceTagFaults(value, "tags"));
  return { repositoryName, encryptionType, kmsKey, tagSettings, lifecyclePolicy: lifecycle.text, adoption, tags };
}

/** Faults of the tag settings in terms of the arguments: a filter is a pattern here, but an object in ECR's API. */
function tagFaults(settings: TagMutabilitySettings, given: PrivateRepositoryArgs["exclusionFilters"]): Fault[] {
  const pattern = (value: unknown) => (isFilter(value) ? value.filter : value);
  return tagMutabilityFaults(settings, "", JSON.stringify).map((fault) => ({
    ...fault,
    path: fault.path.replace(/\.filter$/, ""),
    value: fault.path === "exclusionFilters" ? given : pattern(fault.value),
  }));
}

function isFilter(value: unknown): value is TagExclusionFilter {
  return typeof value === "object" && value !== null && "filter" in value;
}

function readEncryption(args: PrivateRepositoryArgs, checks: InputChecks) {
  const encryption = args.encryption ?? "kms";
  const encryptionType = encryptionTypes[encryption];
  if (encryptionType === undefined) {
    checks.add([
      {
        path: "encryption",
        value: encryption,
        rule: "must be one of three kinds of encryption.",
        fix: oneOf(encryption, Object.keys(encryptionTypes)),
      },
    ]);
  }
  const region = typeof args.region === "string" ? args.region : undefined;
  const kmsKey =
    args.kmsKey === undefined
      ? undefined
      : checks.input(args.kmsKey, (value) => encryptionFaults({ encryptionType, kmsKey: value }, "", region));
  checks.add(ownKeyFaults(args, encryptionType));
  return { encryptionType, kmsKey };
}

function ownKeyFaults(args: PrivateRepositoryArgs, encryptionType: EncryptionType): Fault[] {
  const { createKey, keyDeletionWindowDays: days } = args;
  const faults = days === undefined ? [] : keyDeletionWindowFaults(days, "keyDeletionWindowDays");
  if (days !== undefined && !createKey) {
    faults.push({
      path: "keyDeletionWindowDays",
      value: days,
      rule: "applies only with createKey: only a created key is deleted with the repository.",
      fix: "remove it, or write createKey: true.",
    });
  }
  if (createKey && (args.kmsKey !== undefined || encryptionType === "AES256")) {
    faults.push({
      path: "createKey",
      value: createKey,
      rule: "a key can be created only for KMS encryption without a given key.",
      fix: 'remove createKey, or write encryption "kms" or "kmsDsse" without kmsKey.',
    });
  }
  if (createKey && args.import !== undefined) {
    faults.push({
      path: "createKey",
      value: createKey,
      rule: "the encryption of a repository is fixed when it is created: an adopted one cannot get a new key.",
      fix: "remove createKey; for a new key, create a new repository and copy the images.",
    });
  }
  return faults;
}
