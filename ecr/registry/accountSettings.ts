import type { Fault } from "../faults";
import { oneOf } from "../values/nearestWord";

interface AccountSetting {
  values: readonly string[];
  default: string;
}

/**
 * An account's ECR settings in a region, with their allowed values and defaults. Source: ECR API, PutAccountSetting;
 * ECR user guide, "Private registry settings".
 *
 * - `BASIC_SCAN_TYPE_VERSION`: the scanner that basic scanning uses. The AWS provider still lists CLAIR, which ECR has
 *   removed.
 * - `REGISTRY_POLICY_SCOPE`: the actions that the registry policy applies to; `V1` only replication and pull-through
 *   caching, `V2` every ECR action. The API's documentation lists only V2; the API and the AWS provider accept both.
 * - `BLOB_MOUNTING`: whether a push may mount layers that another repository of the registry has.
 */
export const accountSettings = {
  BASIC_SCAN_TYPE_VERSION: { values: ["AWS_NATIVE"], default: "AWS_NATIVE" },
  REGISTRY_POLICY_SCOPE: { values: ["V1", "V2"], default: "V2" },
  BLOB_MOUNTING: { values: ["ENABLED", "DISABLED"], default: "DISABLED" },
} as const satisfies Record<string, AccountSetting>;

export type AccountSettingName = keyof typeof accountSettings;

/** ECR's name for each account setting, by the name of the argument and of the config's property. */
export const accountSettingNames = {
  basicScanTypeVersion: "BASIC_SCAN_TYPE_VERSION",
  registryPolicyScope: "REGISTRY_POLICY_SCOPE",
  blobMounting: "BLOB_MOUNTING",
} as const satisfies Record<string, AccountSettingName>;

export type AccountSettingArgument = keyof typeof accountSettingNames;

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
        rule: "must be one of ECR's three account settings.",
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
      rule: `${name} must be ${values.join(" or ")}.`,
      fix: `write "${values.at(-1)}".`,
    },
  ];
}
