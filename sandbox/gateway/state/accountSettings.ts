import { type AccountSettingName, accountSettings } from "../../../ecr/registry/accountSettings";
import type { Store } from "./store";

/** An account setting of one registry, or its default. */
export function accountSetting(
  store: Store,
  registry: { account: string; region: string },
  name: AccountSettingName,
): string {
  return (
    store.setting<string>("accountSetting", registry.account, registry.region, name) ?? accountSettings[name].default
  );
}
