import { showValue } from "../../ecr/faults";
import { encryptionTypes, isAwsAlias } from "../../ecr/repository/encryption";
import type { Findings } from "../engine/findings";
import { securityHub } from "../engine/frameworks";
import { type Parameters, repositoryNames } from "../engine/parameters";
import { resourceRule } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import { isNamed, type RepositorySettings, repositorySettings, repositoryTypes } from "../resources/resourceTypes";

/** From weakest to strongest; each level also satisfies the ones before it. */
const levels = ["aes256", "kms", "customer-key", "dsse"] as const;
type Level = (typeof levels)[number];

const allowed: Record<Level, string> = {
  aes256: "any encryption",
  kms: "KMS or KMS_DSSE",
  "customer-key": "KMS or KMS_DSSE with a customer managed key",
  dsse: "KMS_DSSE with a customer managed key",
};

const fixes: Record<Level, string> = {
  aes256: "",
  kms: '[{ encryptionType: "KMS" }]',
  "customer-key": '[{ encryptionType: "KMS", kmsKey: "<ARN of a key of your own>" }]',
  dsse: '[{ encryptionType: "KMS_DSSE", kmsKey: "<ARN of a key of your own>" }]',
};

interface Config {
  minimum: Level;
  allowAes256: string[];
}

const parameters: Parameters = {
  minimum: {
    type: "string",
    enum: [...levels],
    default: "kms",
    description:
      "The minimum encryption. aes256: any. kms: KMS or KMS_DSSE, also with the AWS managed key. customer-key: KMS or KMS_DSSE " +
      "with a customer managed key. dsse: KMS_DSSE with a customer managed key.",
  },
  allowAes256: repositoryNames("Repositories that may have any encryption, including AES256."),
};

export const encryptionMinimum = resourceRule<Config>({
  name: "ecr-encryption-minimum",
  displayName: "ECR repositories are encrypted as strongly as required",
  description: "Private repositories and creation templates have at least the configured level of encryption.",
  severity: "medium",
  framework: securityHub("ECR.5", "ECR repositories should be encrypted with customer managed AWS KMS keys", {
    nist: ["SC-12(2)", "CM-3(6)", "SC-13", "SC-28", "SC-28(1)", "SC-7(10)", "CA-9(1)", "SI-7(6)", "AU-9"],
  }),
  tags: ["encryption"],
  remediationSteps:
    "Encryption is fixed when a repository is created. Recreate it: create one with the required encryption, copy the images, " +
    "switch everything that pulls to it, and delete the old one. A creation template can be changed in place.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html",
  parameters,
  types: repositoryTypes,
  judge: (resource, config, findings) => {
    const settings = repositorySettings(resource);
    const exempt = isNamed(settings.name, config.allowAes256);
    if (exempt === true) {
      return;
    }
    for (const each of encryptions(resource.read("encryptionConfigurations"))) {
      judgeOne(each, settings, config, exempt || undefined, findings);
    }
  },
});

function judgeOne(
  { path, found, possible, unknown }: Encryption,
  settings: RepositorySettings,
  config: Config,
  exempt: Unknown | undefined,
  findings: Findings,
): void {
  const minimum = levels.indexOf(config.minimum);
  const weak = possible.filter((level) => levels.indexOf(level) < minimum);
  if (weak.length === 0) {
    return;
  }
  if (weak.length < possible.length && unknown !== undefined) {
    const message = `${path} of ${settings.label} is not known yet. Must be at least "${config.minimum}".`;
    findings.unjudged(message, unknown);
    return;
  }
  findings.violationUnless(
    exempt,
    `${path}: ${settings.label} has ${found}. Must be at least "${config.minimum}" (${allowed[config.minimum]}). ` +
      `Write encryptionConfigurations: ${fixes[config.minimum]}. ${recreate(settings)}`,
    "The repository's name is not known yet; config may exempt it.",
  );
}

function recreate(settings: RepositorySettings): string {
  return settings.kind === "repository"
    ? "Encryption is fixed at creation: recreate the repository."
    : "It applies to repositories created from now on: recreate existing ones.";
}

interface Encryption {
  path: string;
  /** The encryption as messages describe it. */
  found: string;
  /** The levels that it may have; more than one only when a value is not known yet. */
  possible: readonly Level[];
  unknown?: Unknown;
}

function encryptions(configurations: unknown): Encryption[] {
  const path = "encryptionConfigurations";
  if (configurations instanceof Unknown) {
    return [encryption(configurations, path)];
  }
  if (!Array.isArray(configurations) || configurations.length === 0) {
    return [{ path, found: "AES256, ECR's default, as it is not set", possible: ["aes256"] }];
  }
  return configurations.map((each: unknown, index) => encryption(each, `${path}[${index}]`));
}

function encryption(configuration: unknown, path: string): Encryption {
  if (configuration instanceof Unknown) {
    return { path, found: "an encryption that is not known yet", possible: levels, unknown: configuration };
  }
  const { encryptionType: type, kmsKey } = (configuration ?? {}) as Record<string, unknown>;
  const customer = isCustomerKey(kmsKey);
  const hasKey = kmsKey !== undefined && kmsKey !== null && kmsKey !== "";
  const withKms: Level = customer ? "customer-key" : "kms";
  const withDsse: Level = customer ? "dsse" : "kms";
  if (type instanceof Unknown) {
    const key = hasKey ? `the key ${showValue(kmsKey)}` : "no kmsKey";
    const found = `an encryptionType that is not known yet, with ${key}`;
    return { path, found, possible: ["aes256", withKms, withDsse], unknown: type };
  }
  if (type === "KMS" || type === "KMS_DSSE") {
    const managed = `the AWS managed key${hasKey ? ` ${showValue(kmsKey)}` : ", as kmsKey is not set"}`;
    const key = customer ? "a customer managed key" : managed;
    return { path, found: `encryptionType ${type} with ${key}`, possible: [type === "KMS" ? withKms : withDsse] };
  }
  const found =
    type === undefined || type === null
      ? "AES256, ECR's default, as encryptionType is not set"
      : type === "AES256"
        ? 'encryptionType "AES256"'
        : `encryptionType ${showValue(type)}, which is not one of ECR's (${encryptionTypes.join(", ")})`;
  return { path, found, possible: ["aes256"] };
}

/**
 * A key that is set but not known yet is a customer managed one: it comes from a resource, and nobody creates the AWS
 * managed one.
 */
function isCustomerKey(kmsKey: unknown): boolean {
  return kmsKey instanceof Unknown || (typeof kmsKey === "string" && kmsKey !== "" && !isAwsAlias(kmsKey));
}
