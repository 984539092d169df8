import { encryptionFaults, isAwsManagedKey } from "../ecr/encryption";
import { faultMessage } from "../ecr/faults";
import { fitsAny } from "./access";
import { nist, securityHub } from "./frameworks";
import { enabledBy, keysInUse, keyTypes } from "./keysInUse";
import { type Parameters, texts } from "./parameters";
import { labelled, listed, regionOf, repositorySettings, repositoryTypes, resourceTypes } from "./resources";
import { resourceRule, stackRule } from "./rule";
import { Unknown } from "./unknowns";

interface KeyConfig {
  allowedKeys: string[];
}

export const encryptionKey = resourceRule<KeyConfig>({
  name: "ecr-encryption-key",
  displayName: "ECR repositories use a key that they can and may use",
  description:
    "The KMS key of a private repository or creation template is in its region, and one of those that are allowed.",
  severity: "medium",
  framework: nist(["SC-12", "SC-13", "SC-28"], "Keys are managed by the organization"),
  tags: ["encryption"],
  remediationSteps:
    "Name a key of the repository's own region that is allowed. The key is fixed when a repository is created: recreate it.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html",
  parameters: {
    allowedKeys: texts(
      "Keys that may be used, as they are written: ARNs, ids or aliases; `*` stands for any characters. A key that is not known " +
        "yet is judged when it is.",
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
        if (!fitsAny("", allowedKeys)) {
          findings.unjudged(
            `${path}.kmsKey of ${label} is not known yet; allowed are ${listed(allowedKeys, "none")}.`,
            kmsKey,
          );
        }
      } else if (typeof kmsKey === "string" && kmsKey !== "") {
        const type = encryptionType instanceof Unknown ? "KMS" : encryptionType;
        const faults = encryptionFaults({ encryptionType: type, kmsKey }, path, region);
        for (const fault of faults.filter(({ path: at }) => at.endsWith(".kmsKey"))) {
          findings.violation(`${faultMessage(fault)} It is the key of ${label}.`);
        }
        if (!isAwsManagedKey(kmsKey) && !fitsAny(kmsKey, allowedKeys)) {
          findings.violation(
            `${path}.kmsKey: ${label} has the key "${kmsKey}"; allowed are ${listed(allowedKeys, "none")}. Write one of these, ` +
              "and recreate the repository if it is there already.",
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
    description:
      "Days that a key of a repository waits at least before KMS deletes it; KMS itself has 30 where nothing is set.",
  },
};

export const keySettings = stackRule<KeysConfig>({
  name: "ecr-key-settings",
  displayName: "KMS keys of ECR repositories rotate and are not deleted at once",
  description:
    "A customer key of the stack that a private repository or creation template is encrypted with rotates every year, is " +
    "enabled, and is deleted only after a while.",
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
          `${property}: ${label} ${found}; allowed ${allowed}. Write ${property}: ${write}.`,
          "Whether it is that repository's key is not known yet.",
          key,
        );
      const open = (property: string, value: Unknown) =>
        findings.unjudged(`${property} of ${label} is not known yet.`, value, key);
      // A replica rotates with its primary, and KMS rotates no key material that comes from outside.
      const rotation = key.type === resourceTypes.key ? key.read("enableKeyRotation") : true;
      if (rotation instanceof Unknown) {
        open("enableKeyRotation", rotation);
      } else if (rotation !== true) {
        violation("enableKeyRotation", "does not rotate", "are keys that rotate", "true");
      }
      const days = key.read("deletionWindowInDays");
      if (days instanceof Unknown) {
        open("deletionWindowInDays", days);
      } else if (typeof days === "number" && days < minimumDeletionDays) {
        const found = `is deleted ${days} days after its removal`;
        violation("deletionWindowInDays", found, `are ${minimumDeletionDays} days or more`, `${minimumDeletionDays}`);
      }
      const enabled = enabledBy[key.type] ?? "";
      if (key.read(enabled) === false) {
        violation(enabled, "is disabled, so nobody can pull or push", "are keys that work", "true");
      }
    }
  },
});
