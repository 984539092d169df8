import { faultMessage } from "../../ecr/faults";
import { encryptionFaults, isAwsManagedKey } from "../../ecr/repository/encryption";
import { nist, securityHub } from "../engine/frameworks";
import { type Parameters, stringListParameter } from "../engine/parameters";
import { matchesAny } from "../engine/patterns";
import { resourceRule, stackRule } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import {
  labelled,
  listed,
  regionOf,
  repositorySettings,
  repositoryTypes,
  resourceTypes,
} from "../resources/resourceTypes";
import { enabledBy, keysInUse, keyTypes } from "./keysInUse";

interface KeyConfig {
  allowedKeys: string[];
}

export const encryptionKey = resourceRule<KeyConfig>({
  name: "ecr-encryption-key",
  displayName: "ECR repositories use an allowed KMS key of their region",
  description: "The KMS key of a private repository or creation template is an allowed one in the same region.",
  severity: "medium",
  framework: nist(["SC-12", "SC-13", "SC-28"], "Keys are managed by the organization"),
  tags: ["encryption"],
  remediationSteps:
    "Use an allowed key in the repository's region. The key is fixed when a repository is created: recreate the repository.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html",
  parameters: {
    allowedKeys: stringListParameter(
      "Keys that may be used, as written in the program: ARNs, ids or aliases; `*` matches any characters. A key that is not " +
        "known yet is checked once it is.",
      ["*"],
    ),
  },
  types: repositoryTypes,
  judge: (resource, { allowedKeys }, findings) => {
    const { label } = repositorySettings(resource);
    const region = regionOf(resource.read("region"), resource.provider?.props);
    const configurations = resource.read("encryptionConfigurations");
    for (const [index, each] of (Array.isArray(configurations) ? configurations : []).entries()) {
      const { encryptionType, kmsKey } = (each ?? {}) as Record<string, unknown>;
      const path = `encryptionConfigurations[${index}]`;
      if (kmsKey instanceof Unknown) {
        if (!matchesAny("", allowedKeys)) {
          findings.unjudged(
            `${path}.kmsKey of ${label} is not known yet. Allowed: ${listed(allowedKeys, "none")}.`,
            kmsKey,
          );
        }
      } else if (typeof kmsKey === "string" && kmsKey !== "") {
        const type = encryptionType instanceof Unknown ? "KMS" : encryptionType;
        const faults = encryptionFaults({ encryptionType: type, kmsKey }, path, region);
        for (const fault of faults.filter(({ path: at }) => at.endsWith(".kmsKey"))) {
          findings.violation(`${faultMessage(fault)} Found in ${label}.`);
        }
        if (!isAwsManagedKey(kmsKey) && !matchesAny(kmsKey, allowedKeys)) {
          findings.violation(
            `${path}.kmsKey: ${label} has the key "${kmsKey}". Allowed: ${listed(allowedKeys, "none")}. Use one of these, ` +
              "and recreate the repository if it exists already.",
          );
        }
      }
    }
  },
});

interface KeysConfig {
  minimumDeletionDays: number;
}

const parameters: Parameters = {
  minimumDeletionDays: {
    type: "integer",
    minimum: 7,
    maximum: 30,
    default: 7,
    description: "The shortest deletion window of a repository's key, in days. KMS defaults to 30.",
  },
};

export const keySettings = stackRule<KeysConfig>({
  name: "ecr-key-settings",
  displayName: "KMS keys of ECR repositories rotate and have a deletion window",
  description:
    "A customer managed key of the stack that encrypts a private repository or creation template rotates every year, is " +
    "enabled, and has at least the configured deletion window.",
  severity: "medium",
  framework: securityHub("KMS.4", "AWS KMS key rotation should be enabled", {
    nist: ["CM-3(6)", "SC-12", "SC-12(2)", "SC-28(3)"],
    pci: ["3.7.4"],
    cis: ["v3.0.0/3.6", "v1.4.0/3.8"],
  }),
  tags: ["encryption"],
  remediationSteps: "Set enableKeyRotation: true and deletionWindowInDays on the key: both change in place.",
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
  parameters,
  types: keyTypes,
  judge: (stack, { minimumDeletionDays }, findings) => {
    for (const [key, { user, doubt }] of keysInUse(stack)) {
      const label = `${labelled("KMS key", key.read("arn"), key)} of ${repositorySettings(user).label}`;
      const violation = (property: string, found: string, allowed: string, write: string) =>
        findings.violationUnless(
          doubt,
          `${property}: ${label} ${found}. Must ${allowed}. Write ${property}: ${write}.`,
          "Whether it is that repository's key is not known yet.",
          key,
        );
      const open = (property: string, value: Unknown) =>
        findings.unjudged(`${property} of ${label} is not known yet.`, value, key);
      // A replica rotates with its primary, and KMS does not rotate imported key material.
      const rotation = key.type === resourceTypes.key ? key.read("enableKeyRotation") : true;
      if (rotation instanceof Unknown) {
        open("enableKeyRotation", rotation);
      } else if (rotation !== true) {
        violation("enableKeyRotation", "does not rotate", "rotate every year", "true");
      }
      const days = key.read("deletionWindowInDays");
      if (days instanceof Unknown) {
        open("deletionWindowInDays", days);
      } else if (typeof days === "number" && days < minimumDeletionDays) {
        const found = `is deleted ${days} days after its removal`;
        violation("deletionWindowInDays", found, `be at least ${minimumDeletionDays} days`, `${minimumDeletionDays}`);
      }
      const enabled = enabledBy[key.type] ?? "";
      if (key.read(enabled) === false) {
        violation(enabled, "is disabled, so nobody can pull or push", "be enabled", "true");
      }
    }
  },
});
