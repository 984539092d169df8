import type { GetAccountSettingRequest, PutAccountSettingRequest } from "@aws-sdk/client-ecr";
import {
  type AccountSettingName,
  accountSettingFaults,
  accountSettings,
  isAccountSetting,
} from "../../../ecr/registry/accountSettings";
import type { Operation } from "../context";
import { accountSetting } from "../state/accountSettings";
import { ServiceError } from "../wire/serviceError";
import { refuseInput } from "./faults";

const getAccountSetting: Operation<GetAccountSettingRequest> = (context, caller, input) => {
  const name = knownSetting(input.name);
  return { name, value: accountSetting(context.store, caller, name) };
};

const putAccountSetting: Operation<PutAccountSettingRequest> = (context, caller, input) => {
  const name = knownSetting(input.name);
  refuseInput(accountSettingFaults(name, input.value, ""));
  context.store.change(() =>
    context.store.putSetting(input.value, "accountSetting", caller.account, caller.region, name),
  );
  return { name, value: input.value };
};

export const accountSettingOperations = {
  GetAccountSetting: getAccountSetting,
  PutAccountSetting: putAccountSetting,
};

function knownSetting(name = ""): AccountSettingName {
  if (!isAccountSetting(name)) {
    throw new ServiceError(
      "ValidationException",
      `Invalid account setting name '${name}': must be one of ${Object.keys(accountSettings).join(", ")}.`,
    );
  }
  return name;
}
