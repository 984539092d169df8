import type {
  GetAccountSettingRequest,
  PutAccountSettingRequest,
  PutRegistryScanningConfigurationRequest,
  RegistryScanningConfiguration,
} from "@aws-sdk/client-ecr";
import type { Caller } from "../caller";
import type { GatewayContext, Operation } from "../context";
import { accountSetting, accountSettings } from "../state/accountSettings";
import { invalidParameter, ServiceError } from "../wire/serviceError";

/** No replication rules can be set here, so there are none. */
export const describeRegistry: Operation<object> = (_context, caller) => ({
  registryId: caller.account,
  replicationConfiguration: { rules: [] },
});

export const getAccountSetting: Operation<GetAccountSettingRequest> = (context, caller, input) => {
  const name = knownSetting(input.name);
  return { name, value: accountSetting(context.store, caller, name) };
};

export const putAccountSetting: Operation<PutAccountSettingRequest> = (context, caller, input) => {
  const name = knownSetting(input.name);
  const values = accountSettings[name]?.values ?? [];
  if (!values.includes(input.value ?? "")) {
    throw invalidParameter("value", `${name} takes one of [${values.join(", ")}], not ${input.value}`);
  }
  context.store.change(() =>
    context.store.putSetting(input.value, "accountSetting", caller.account, caller.region, name),
  );
  return { name, value: input.value };
};

function knownSetting(name = ""): string {
  if (!Object.hasOwn(accountSettings, name)) {
    throw new ServiceError(
      "ValidationException",
      `Invalid account setting name '${name}': it is one of ${Object.keys(accountSettings).join(", ")}.`,
    );
  }
  return name;
}

export const getRegistryScanningConfiguration: Operation<object> = (context, caller) => ({
  registryId: caller.account,
  scanningConfiguration: scanningConfiguration(context, caller),
});

/** At most one rule for each frequency; only enhanced scanning is continuous (ECR API, PutRegistryScanningConfiguration). */
export const putRegistryScanningConfiguration: Operation<PutRegistryScanningConfigurationRequest> = (
  context,
  caller,
  input,
) => {
  const scanType = input.scanType ?? "BASIC";
  const rules = input.rules ?? [];
  const frequencies = rules.map((rule) => rule.scanFrequency);
  if (new Set(frequencies).size < frequencies.length) {
    throw invalidParameter("rules", "each rule has a scanFrequency of its own");
  }
  if (scanType === "BASIC" && frequencies.includes("CONTINUOUS_SCAN")) {
    throw invalidParameter("rules", "CONTINUOUS_SCAN needs the scanType ENHANCED");
  }
  const configuration: RegistryScanningConfiguration = { scanType, rules };
  context.store.change(() => context.store.putSetting(configuration, "scanning", caller.account, caller.region));
  return { registryScanningConfiguration: configuration };
};

function scanningConfiguration(context: GatewayContext, caller: Caller): RegistryScanningConfiguration {
  const kept = context.store.setting<RegistryScanningConfiguration>("scanning", caller.account, caller.region);
  return kept ?? { scanType: "BASIC", rules: [] };
}
