import type { Fault } from "../faults";
import { arnPartitionFaults } from "../names/regions";
import { oneOf } from "../values/nearestWord";

/** ECR API, EncryptionConfiguration: encryptionType. */
export const encryptionTypes = ["AES256", "KMS", "KMS_DSSE"] as const;

/** `AES256`: Amazon S3 managed keys. `KMS`: a KMS key. `KMS_DSSE`: two layers with a KMS key. */
export type EncryptionType = (typeof encryptionTypes)[number];

const encryptionNames: Readonly<Record<string, string>> = { AES256: "aes256", KMS: "kms", KMS_DSSE: "kmsDsse" };

/** What config and arguments call an encryption type; ECR's own word for one that they do not have. */
export function encryptionName(type: string): string {
  return encryptionNames[type] ?? type;
}

/** Days that KMS waits before it deletes a key (KMS API, ScheduleKeyDeletion: PendingWindowInDays). */
export const keyDeletionWindow = { minimum: 7, maximum: 30 } as const;

/** Why KMS would refuse this waiting period for a key's deletion. Never throws. */
export function keyDeletionWindowFaults(days: unknown, path: string): Fault[] {
  const { minimum, maximum } = keyDeletionWindow;
  if (Number.isInteger(days) && Number(days) >= minimum && Number(days) <= maximum) {
    return [];
  }
  return [
    {
      path,
      value: days,
      rule: `a key's deletion must be scheduled ${minimum} to ${maximum} days ahead.`,
      fix: `write a whole number from ${minimum} to ${maximum}; the longer it is, the longer a mistake can be undone.`,
    },
  ];
}

export interface EncryptionSettings {
  /** Fixed when the repository is created. @default "AES256", as in ECR */
  encryptionType?: unknown;
  /**
   * A KMS key in the repository's region: ARN of a key or alias, key ID, or alias name, of at most 2,048 characters.
   * Refused with AES256.
   * @default the AWS managed key, `alias/aws/ecr`, which is not a customer managed key
   */
  kmsKey?: unknown;
}

/** A parsed KMS key identifier. */
export interface KmsKeyName {
  /** Only an ARN has it. */
  region?: string;
  account?: string;
  /** `alias/…` or the key ID. */
  resource: string;
}

/**
 * A key ID: a UUID, or `mrk-` and 32 hexadecimal digits for a multi-Region key (KMS developer guide, key identifiers).
 */
const keyId = "(?:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|mrk-[0-9A-Fa-f]{32})";
const alias = "alias/[A-Za-z0-9/_-]+";
const keyArn = new RegExp(`^arn:aws[a-z-]*:kms:([a-z0-9-]+):([0-9]{12}):(?:key/(${keyId})|(${alias}))$`);
const keyName = new RegExp(`^(?:${alias}|${keyId})$`);

/** Parses a KMS key's ARN, alias ARN, ID, or alias name; `undefined` when the string is none of these. */
export function parseKmsKey(text: string): KmsKeyName | undefined {
  const arn = keyArn.exec(text);
  if (arn) {
    return { region: arn[1], account: arn[2], resource: arn[3] ?? arn[4] ?? "" };
  }
  return keyName.test(text) ? { resource: text } : undefined;
}

/** Maximum length of a KMS key identifier (ECR API, KmsKey). */
export const kmsKeyMaximumLength = 2_048;

/** Why a KMS key identifier is too long for ECR. Never throws. */
export function kmsKeyLengthFaults(kmsKey: unknown, path: string): Fault[] {
  if (typeof kmsKey !== "string" || kmsKey.length <= kmsKeyMaximumLength) {
    return [];
  }
  return [
    {
      path,
      value: kmsKey,
      rule: `a KMS key's name can have at most ${kmsKeyMaximumLength} characters; this one has ${kmsKey.length}.`,
      fix: "name the key by its own ARN, arn:aws:kms:<region>:<account>:key/<id>, which is shorter.",
    },
  ];
}

/** The alias of a repository's own key. Repository names may contain dots, alias names may not. */
export function repositoryKeyAlias(repositoryName: string): string {
  return `alias/ecr/${repositoryName.replaceAll(".", "-")}`;
}

/** Whether the string identifies each account's AWS managed key for ECR, by alias name or ARN. */
export function isAwsManagedKey(kmsKey: string): boolean {
  return parseKmsKey(kmsKey)?.resource === "alias/aws/ecr";
}

/**
 * Whether the string identifies an AWS managed key of any service: aliases `alias/aws/…` are reserved for AWS (KMS API,
 * CreateAlias).
 */
export function isAwsAlias(kmsKey: string): boolean {
  return parseKmsKey(kmsKey)?.resource.startsWith("alias/aws/") ?? false;
}

/**
 * Why ECR would refuse these settings (ECR API, CreateRepository: encryptionConfiguration).
 *
 * @param path The object's path; faults are at `<path>.encryptionType` and `<path>.kmsKey`. Empty: no prefix.
 * @param region The repository's region; a key's ARN must be in it. Omitted: not compared.
 * @returns Every fault, or none. Never throws.
 */
export function encryptionFaults(settings: EncryptionSettings, path: string, region?: string): Fault[] {
  const { encryptionType, kmsKey } = settings;
  const at = (property: string) => (path === "" ? property : `${path}.${property}`);
  const faults: Fault[] = [];
  if (encryptionType !== undefined && !(encryptionTypes as readonly unknown[]).includes(encryptionType)) {
    faults.push({
      path: at("encryptionType"),
      value: encryptionType,
      rule: "must be one of ECR's three encryption types.",
      fix: oneOf(encryptionType, encryptionTypes),
    });
  }
  if (kmsKey === undefined) {
    return faults;
  }
  const fault = (rule: string, fix: string) => faults.push({ path: at("kmsKey"), value: kmsKey, rule, fix });
  if (encryptionType === undefined || encryptionType === "AES256") {
    fault(
      `AES256${encryptionType === undefined ? ", the default," : ""} does not use a KMS key.`,
      'write encryptionType "KMS" or "KMS_DSSE", or leave the key out.',
    );
  }
  const key = typeof kmsKey === "string" ? parseKmsKey(kmsKey) : undefined;
  if (key === undefined) {
    fault(
      "a KMS key must be its ARN, its id (a UUID, or mrk- and 32 hexadecimal digits) or an alias.",
      'write "arn:aws:kms:<region>:<account>:key/<id>", "alias/<name>", or leave the key out for the AWS-managed one.',
    );
  } else if (region !== undefined && key.region !== undefined && key.region !== region) {
    fault(
      `the key is in ${key.region}, the repository in ${region}: ECR accepts only keys of the repository's own region.`,
      `name a key in ${region} (for a multi-Region key, its replica there).`,
    );
  }
  return [...faults, ...arnPartitionFaults(kmsKey, at("kmsKey")), ...kmsKeyLengthFaults(kmsKey, at("kmsKey"))];
}
