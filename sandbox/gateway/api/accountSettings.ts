import type { GetAccountSettingRequest, PutAccountSettingRequest } from "@aws-sdk/client-ecr";
import type { Operation } from "../context";
import { accountSetting, accountSettings } from "../state/accountSettings";
import { invalidParameter, ServiceError } from "../wire/serviceError";

const getAccountSetting: Operation<GetAccountSettingRequest> = (context, caller, input) => {
  const name = knownSetting(input.name);
  return { name, value: accountSetting(context.store, caller, name) };
};

const putAccountSetting: Operation<PutAccountSettingRequest> = (context, caller, input) => {
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

export const accountSettingOperations = {
  GetAccountSetting: getAccountSetting,
  PutAccountSetting: putAccountSetting,
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
