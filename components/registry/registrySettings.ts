import * as ecr from "@pulumi/aws/ecr";
import type * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import {
  type AccountSettingArgument,
  type AccountSettingName,
  accountSettingFaults,
  accountSettingNames,
} from "../../ecr/registry/accountSettings";
import { pullTimeExclusionFaults, pullTimeExclusionsFaults } from "../../ecr/registry/pullTimeExclusions";
import { isPlain } from "../inputChecks";
import type { AccountSettingsArgs, RegistryArgs } from "./registryArgs";
import { checkedWhenKnown, childOptions, type KnownLocation, type RegistryContext } from "./registryContext";

/** The given settings with ECR's names and values. */
function settingsOf(settings: AccountSettingsArgs) {
  return (Object.keys(accountSettingNames) as AccountSettingArgument[]).flatMap((argument) => {
    const value = settings[argument];
    if (value === undefined) return [];
    const ecrValue =
      typeof value === "boolean" && argument === "blobMounting" ? (value ? "ENABLED" : "DISABLED") : value;
    return [{ argument, name: accountSettingNames[argument], value: ecrValue }];
  });
}

/** Why an account could not have these settings: every fault, or none. */
export function registryAccountSettingFaults(settings: AccountSettingsArgs): Fault[] {
  return settingsOf(settings).flatMap(({ argument, name, value }) => {
    const path = `accountSettings.${argument}`;
    if (argument === "blobMounting" && typeof settings.blobMounting !== "boolean") {
      return [{ path, value, rule: "must be true or false.", fix: "write true or false, without quotes." }];
    }
    return accountSettingFaults(name, value, path).map((fault) => ({ ...fault, path }));
  });
}

/** One resource for each given setting, by ECR's name. Expects arguments without faults. */
export function createAccountSettings(
  settings: AccountSettingsArgs,
  context: RegistryContext,
): ReadonlyMap<AccountSettingName, ecr.AccountSetting> {
  return new Map(
    settingsOf(settings).map(({ argument, name, value }) => [
      name,
      new ecr.AccountSetting(
        `${context.name}-${name}`,
        { name, value: String(value), region: context.region },
        { ...childOptions(context), import: context.importId("accountSettings", argument) },
      ),
    ]),
  );
}

type Exclusions = NonNullable<RegistryArgs["pullTimeExclusions"]>;

/** Each exclusion with its path in the arguments and a name that does not change when others are added or removed. */
function exclusionsOf(exclusions: Exclusions): { path: string; name: string; arn: pulumi.Input<string> }[] {
  const path = "pullTimeExclusions";
  if (isList(exclusions)) {
    // Without the part before the account: `::` separates the parts of a resource's URN.
    return exclusions.map((arn, index) => ({ path: `${path}[${index}]`, name: String(arn).replace(/^.*::/, ""), arn }));
  }
  return Object.entries(exclusions).map(([name, arn]) => ({ path: `${path}.${name}`, name, arn }));
}

function isList(exclusions: Exclusions): exclusions is readonly string[] {
  return Array.isArray(exclusions);
}

/** Why an account could not have these exclusions: every known fault, or none. */
export function registryExclusionFaults(exclusions: Exclusions, { region }: KnownLocation): Fault[] {
  const known = exclusionsOf(exclusions).flatMap(({ path, arn }) => (isPlain(arn) ? [{ path, arn }] : []));
  return pullTimeExclusionsFaults(
    known.map(({ arn }) => arn),
    "",
    region,
  ).map((fault) => ({
    ...fault,
    path: /^\[(\d+)\]$/.test(fault.path) ? (known[Number(fault.path.slice(1, -1))]?.path ?? "") : "pullTimeExclusions",
  }));
}

/** One resource for each exclusion. Expects arguments without faults. */
export function createExclusions(
  exclusions: Exclusions,
  context: RegistryContext,
): readonly ecr.PullTimeUpdateExclusion[] {
  return exclusionsOf(exclusions).map(
    ({ path, name, arn }) =>
      new ecr.PullTimeUpdateExclusion(
        `${context.name}-${name}`,
        {
          principalArn: checkedWhenKnown(context, arn, (known, location) =>
            pullTimeExclusionFaults(known, path, location.region),
          ),
          region: context.region,
        },
        {
          ...childOptions(context),
          import: typeof arn === "string" ? context.importId("pullTimeExclusions", arn) : undefined,
        },
      ),
  );
}
