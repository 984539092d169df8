import type { Fault } from "./faults";
import { oneOf } from "./nearestWord";

interface AccountSetting {
  values: readonly string[];
  default: string;
}

/**
 * An account's settings for ECR in a region, with the values that each takes and what it is where nobody set it. Source:
 * ECR API, PutAccountSetting; ECR user guide, "Private registry settings".
 *
 * - `BASIC_SCAN_TYPE_VERSION`: which scanner basic scanning uses. The AWS provider still lists CLAIR, which ECR no
 *   longer has.
 * - `REGISTRY_POLICY_SCOPE`: which actions the registry policy speaks about; `V1` only replication and pull-through
 *   caching, `V2` every ECR action. The API's text names V2 only; it and the AWS provider take both.
 * - `BLOB_MOUNTING`: whether a push may take over layers that another repository of the registry holds.
 */
export const accountSettings = {
  BASIC_SCAN_TYPE_VERSION: { values: ["AWS_NATIVE"], default: "AWS_NATIVE" },
  REGISTRY_POLICY_SCOPE: { values: ["V1", "V2"], default: "V2" },
  BLOB_MOUNTING: { values: ["ENABLED", "DISABLED"], default: "DISABLED" },
} as const satisfies Record<string, AccountSetting>;

export type AccountSettingName = keyof typeof accountSettings;

/** Whether ECR has an account setting of this name. */
export function isAccountSetting(name: unknown): name is AccountSettingName {
  return typeof name === "string" && Object.hasOwn(accountSettings, name);
}

/**
 * Why ECR would refuse an account setting.
 *
 * @param path The setting's path; faults are at `<path>.name` and `<path>.value`.
 * @returns Every fault, or none. Never throws.
 */
export function accountSettingFaults(name: unknown, value: unknown, path: string): Fault[] {
  if (!isAccountSetting(name)) {
    return [
      {
        path: `${path}.name`,
        value: name,
        rule: "ECR has three account settings.",
        fix: oneOf(name, Object.keys(accountSettings)),
      },
    ];
  }
  const { values } = accountSettings[name];
  if ((values as readonly unknown[]).includes(value)) {
    return [];
  }
  return [
    {
      path: `${path}.value`,
      value,
      rule: `${name} takes ${values.join(" or ")}.`,
      fix: `write "${values.at(-1)}".`,
    },
  ];
}
