import type * as pulumi from "@pulumi/pulumi";
import { type EncryptionType, encryptionFaults, keyDeletionWindowFaults } from "../../ecr/encryption";
import type { Fault } from "../../ecr/faults";
import type { LifecyclePolicyDocument } from "../../ecr/lifecyclePolicy";
import { oneOf } from "../../ecr/nearestWord";
import { regionFaults } from "../../ecr/regions";
import { privateRepositoryNameFaults } from "../../ecr/repositoryNames";
import { resourceTagFaults } from "../../ecr/resourceTags";
import { type TagExclusionFilter, type TagMutabilitySettings, tagMutabilityFaults } from "../../ecr/tagMutability";
import { InputChecks } from "../inputChecks";
import { readLifecycle } from "../lifecycleInput";
import { type Adoption, readAdoption } from "./adoption";
import type { PrivateRepositoryArgs } from "./privateRepositoryArgs";
import { checkAccess } from "./repositoryAccess";

/** What ECR calls each kind of encryption. */
export const encryptionTypes: Record<NonNullable<PrivateRepositoryArgs["encryption"]>, EncryptionType> = {
  aes256: "AES256",
  kms: "KMS",
  kmsDsse: "KMS_DSSE",
};

const defaultLifecycle = "service";

/** The arguments with their defaults, as ECR names them. */
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
 * Why a PrivateRepository of this name and these arguments would be refused: every fault of what is known, or none.
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
  // An empty list takes a default back: it is the same as none.
  const filters = args.exclusionFilters?.length ? args.exclusionFilters : undefined;
  const exclusionFilters = filters?.map((filter) => ({ filter, filterType: "WILDCARD" as const }));
  return {
    imageTagMutability: args.imageTagMutability ?? (exclusionFilters ? "IMMUTABLE_WITH_EXCLUSION" : "IMMUTABLE"),
    exclusionFilters,
  };
}

/**
 * The lifecycle policy of a PrivateRepository with these arguments, as ECR gets it.
 *
 * @param args Of the repository; absent ones have their defaults. What ECR would refuse is for `privateRepositoryFaults` to say.
 * @returns `undefined`: none, so every image stays.
 * @example
 * privateLifecyclePolicy({ lifecyclePolicy: [{ images: "untagged", expireAfterDays: 7 }] })?.rules.length; // 1
 */
export function privateLifecyclePolicy(
  args: Pick<PrivateRepositoryArgs, "lifecyclePolicy" | "protectedTags">,
): LifecyclePolicyDocument | undefined {
  const { text } = readLifecycle(args.lifecyclePolicy ?? defaultLifecycle, "lifecyclePolicy", args.protectedTags);
  return text === undefined ? undefined : (JSON.parse(text) as LifecyclePolicyDocument);
}

/** Reads the arguments; what ECR would refuse goes to `checks`. */
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
    // The name of an adopted repository is checked where it is written.
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

/** Faults of the tag settings where the arguments have them: a filter is a pattern here, an object in ECR's API. */
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
        rule: "encryption is one of three kinds.",
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
      rule: "only a key of the repository's own is deleted with it.",
      fix: "leave it out, or write createKey: true.",
    });
  }
  if (createKey && (args.kmsKey !== undefined || encryptionType === "AES256")) {
    faults.push({
      path: "createKey",
      value: createKey,
      rule: "a key is created only for KMS encryption without a given key.",
      fix: 'leave createKey out, or write encryption "kms" or "kmsDsse" without kmsKey.',
    });
  }
  if (createKey && args.import !== undefined) {
    faults.push({
      path: "createKey",
      value: createKey,
      rule: "the encryption of a repository is fixed when it is created: an adopted one takes no new key.",
      fix: "leave createKey out; for a new key, create a new repository and copy the images.",
    });
  }
  return faults;
}
