import type { Store } from "./store";

/**
 * Account settings with the values they take and their defaults (ECR API, PutAccountSetting and GetAccountSetting).
 * Blob mounting is off until an account turns it on (ECR user guide, "Blob mounting").
 */
export const accountSettings: Record<string, { values: readonly string[]; default: string }> = {
  BASIC_SCAN_TYPE_VERSION: { values: ["AWS_NATIVE"], default: "AWS_NATIVE" },
  REGISTRY_POLICY_SCOPE: { values: ["V1", "V2"], default: "V2" },
  BLOB_MOUNTING: { values: ["ENABLED", "DISABLED"], default: "DISABLED" },
};

/** An account setting of one registry, or its default. */
export function accountSetting(store: Store, registry: { account: string; region: string }, name: string): string {
  return (
    store.setting<string>("accountSetting", registry.account, registry.region, name) ??
    accountSettings[name]?.default ??
    ""
  );
}
