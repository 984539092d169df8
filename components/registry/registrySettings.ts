import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type AccountSettingName, accountSettingFaults } from "../../ecr/accountSettings";
import type { Fault } from "../../ecr/faults";
import { pullTimeExclusionFaults, pullTimeExclusionsFaults } from "../../ecr/pullTimeExclusions";
import type { AccountSettingsArgs, RegistryArgs } from "./registryArgs";
import { checkedLater, childOptions, isPlain, type KnownPlace, type RegistryContext } from "./registryContext";

/** What ECR calls each account setting. */
const settingNames: Record<keyof AccountSettingsArgs, AccountSettingName> = {
  basicScanTypeVersion: "BASIC_SCAN_TYPE_VERSION",
  registryPolicyScope: "REGISTRY_POLICY_SCOPE",
  blobMounting: "BLOB_MOUNTING",
};

/** The settings that are given, with ECR's names and values. */
function settingsOf(settings: AccountSettingsArgs) {
  return (Object.keys(settingNames) as (keyof AccountSettingsArgs)[]).flatMap((argument) => {
    const value = settings[argument];
    if (value === undefined) return [];
    const ecrValue =
      typeof value === "boolean" && argument === "blobMounting" ? (value ? "ENABLED" : "DISABLED") : value;
    return [{ argument, name: settingNames[argument], value: ecrValue }];
  });
}

/** Why an account could not have these settings: every fault, or none. */
export function registryAccountSettingFaults(settings: AccountSettingsArgs): Fault[] {
  return settingsOf(settings).flatMap(({ argument, name, value }) => {
    const path = `accountSettings.${argument}`;
    if (argument === "blobMounting" && typeof settings.blobMounting !== "boolean") {
      return [{ path, value, rule: "blob mounting is on or off.", fix: "write true or false." }];
    }
    return accountSettingFaults(name, value, path).map((fault) => ({ ...fault, path }));
  });
}

/** One resource for each setting that is given, by ECR's name for it. Expects arguments without faults. */
export function createAccountSettings(
  settings: AccountSettingsArgs,
  context: RegistryContext,
): ReadonlyMap<AccountSettingName, aws.ecr.AccountSetting> {
  return new Map(
    settingsOf(settings).map(({ name, value }) => [
      name,
      new aws.ecr.AccountSetting(
        `${context.name}-${name}`,
        { name, value: String(value), region: context.region },
        childOptions(context),
      ),
    ]),
  );
}

type Exclusions = NonNullable<RegistryArgs["pullTimeExclusions"]>;

/** Each exclusion with its place in the arguments and a name that stays when others come and go. */
function exclusionsOf(exclusions: Exclusions): { path: string; name: string; arn: pulumi.Input<string> }[] {
  const path = "pullTimeExclusions";
  if (isList(exclusions)) {
    // Without what comes before the account: `::` divides the parts of a resource's URN.
    return exclusions.map((arn, index) => ({ path: `${path}[${index}]`, name: String(arn).replace(/^.*::/, ""), arn }));
  }
  return Object.entries(exclusions).map(([name, arn]) => ({ path: `${path}.${name}`, name, arn }));
}

function isList(exclusions: Exclusions): exclusions is readonly string[] {
  return Array.isArray(exclusions);
}

/** Why an account could not have these exclusions: every fault of what is known, or none. */
export function registryExclusionFaults(exclusions: Exclusions, { region }: KnownPlace): Fault[] {
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
): readonly aws.ecr.PullTimeUpdateExclusion[] {
  return exclusionsOf(exclusions).map(
    ({ path, name, arn }) =>
      new aws.ecr.PullTimeUpdateExclusion(
        `${context.name}-${name}`,
        {
          principalArn: checkedLater(context, arn, (known, place) =>
            pullTimeExclusionFaults(known, path, place.region),
          ),
          region: context.region,
        },
        childOptions(context),
      ),
  );
}
