import { encryptionTypes, isAwsAlias } from "../ecr/encryption";
import { showValue } from "../ecr/faults";
import type { Findings } from "./findings";
import { securityHub } from "./frameworks";
import { type Parameters, repositoryNames } from "./parameters";
import { isNamed, type RepositorySettings, repositorySettings, repositoryTypes } from "./resources";
import { resourceRule } from "./rule";
import { Unknown } from "./unknowns";

/** From weak to strong; each level satisfies those before it. */
const levels = ["aes256", "kms", "customer-key", "dsse"] as const;
type Level = (typeof levels)[number];

const allowed: Record<Level, string> = {
  aes256: "any encryption",
  kms: "KMS or KMS_DSSE",
  "customer-key": "KMS or KMS_DSSE with a customer key",
  dsse: "KMS_DSSE with a customer key",
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
      "The least encryption that passes. aes256: any. kms: KMS or KMS_DSSE, with the AWS-managed key too. " +
      "customer-key: the same with a key of your own. dsse: KMS_DSSE with a key of your own.",
  },
  allowAes256: repositoryNames("Repositories that may have any encryption, AES256 included."),
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
    "Encryption is fixed when a repository is created. Recreate it with the encryption required: create one under " +
    "another name, copy its images, move what pulls from it, delete the old one. A creation template can be changed in place.",
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
    const message = `${path} of ${settings.label} is not known yet; at least ${config.minimum} is needed.`;
    findings.unjudged(message, unknown);
    return;
  }
  findings.violationUnless(
    exempt,
    `${path}: ${settings.label} has ${found}; the minimum is "${config.minimum}" (${allowed[config.minimum]}). ` +
      `Write encryptionConfigurations: ${fixes[config.minimum]}. ${recreate(settings)}`,
    "The repository's name, which may allow that, is not known yet.",
  );
}

function recreate(settings: RepositorySettings): string {
  return settings.kind === "repository"
    ? "Encryption is fixed at creation: recreate the repository."
    : "It holds for repositories created from now on: recreate those that exist.";
}

interface Encryption {
  path: string;
  /** What is there, in words. */
  found: string;
  /** The levels that it can turn out to have; more than one only when something is not known yet. */
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
  const key =
    kmsKey === undefined || kmsKey === null || kmsKey === "" ? "no key of its own" : `the key ${showValue(kmsKey)}`;
  const withKms: Level = customer ? "customer-key" : "kms";
  const withDsse: Level = customer ? "dsse" : "kms";
  if (type instanceof Unknown) {
    const found = `an encryptionType that is not known yet, with ${key}`;
    return { path, found, possible: ["aes256", withKms, withDsse], unknown: type };
  }
  if (type === "KMS" || type === "KMS_DSSE") {
    const managed = customer ? "a customer key" : `${key}, so the AWS-managed one`;
    return { path, found: `encryptionType ${type} with ${managed}`, possible: [type === "KMS" ? withKms : withDsse] };
  }
  const found =
    type === undefined || type === null
      ? "AES256, ECR's default, as encryptionType is not set"
      : type === "AES256"
        ? 'encryptionType "AES256"'
        : `encryptionType ${showValue(type)}, which is none of ECR's (${encryptionTypes.join(", ")})`;
  return { path, found, possible: ["aes256"] };
}

/** A key that is given but not known yet is a key: it comes from a resource, and nobody makes the AWS-managed one. */
function isCustomerKey(kmsKey: unknown): boolean {
  return kmsKey instanceof Unknown || (typeof kmsKey === "string" && kmsKey !== "" && !isAwsAlias(kmsKey));
}
