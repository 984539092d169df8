import { getCallerIdentity } from "@pulumi/aws/getCallerIdentity";
import {
  type AdoptedRegistry,
  adoptedRegistry,
  filterSettings,
  importOf,
} from "../components/registry/registryAdoption";
import { isInAws } from "../components/registry/registryOwnership";
import { resourceWith } from "../components/stackState";
import type { Fault } from "../ecr/faults";
import { type AccountSettingArgument, accountSettingNames } from "../ecr/registry/accountSettings";
import type { RegistrySetting } from "../ecr/registry/registrySetting";
import type { StackContext } from "./logicalNames";
import { refuseConfig } from "./refuseConfig";
import { type RegistriesConfig, registryArgs, registryTypes as types } from "./sections/registries";

/**
 * Narrows each registry's `import` to what still has to be imported. Settings that the stack already has are dropped
 * (see config/adoptedRepositories.ts). If `import` is only a registry ID, settings that AWS does not have are dropped too, so that
 * they are created. This lets `import` stay in the config, and lets an interrupted update resume.
 *
 * @throws InputRefused with each registry whose settings cannot be read.
 */
export async function withoutAdoptedSettings<Config extends RegistriesConfig>(
  config: Config,
  stack: StackContext,
): Promise<Config> {
  const faults: Fault[] = [];
  const existingOnly = (key: string, missing: AdoptedRegistry, region: string) =>
    onlyInAws(missing, region).catch((error: unknown) => {
      faults.push(unreadableSettingsFault(key, missing.registry, error));
      return missing;
    });
  const entries = await Promise.all(
    Object.entries(config.registries).map(async ([key, entry]) => {
      const adopted = adoptedRegistry(registryArgs(config, key));
      if (adopted === undefined) return [key, entry] as const;
      const context = { ...stack, region: entry.region ?? stack.region };
      const missing = notInStack(adopted, context);
      const rest = typeof entry.import === "string" ? await existingOnly(key, missing, context.region) : missing;
      return [key, { ...entry, import: importOf(rest) }] as const;
    }),
  );
  refuseConfig(faults, "existing settings cannot be adopted");
  return { ...config, registries: Object.fromEntries(entries) };
}

function unreadableSettingsFault(key: string, registry: string, error: unknown): Fault {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    path: `ecr:registries.${key}.import`,
    value: registry,
    rule: `which of the entry's settings the registry has cannot be read: ${reason.replace(/\.$/, "")}.`,
    fix: "allow cloudformation:GetResource and the ecr:Describe…, ecr:Get… and ecr:List… actions of these settings, or write import as an object that names what the registry has.",
  };
}

/** The state's resource types for each part of a registry, and the output that holds its key. */
const stateLookups: Readonly<Record<RegistrySetting, { types: string; key?: string }>> = {
  policy: { types: types.policy },
  scanning: { types: types.scanning },
  replication: { types: types.replication },
  pullThroughCache: { types: types.cacheRule, key: "ecrRepositoryPrefix" },
  creationTemplates: { types: types.template, key: "prefix" },
  accountSettings: { types: types.accountSetting, key: "name" },
  pullTimeExclusions: { types: types.exclusion, key: "principalArn" },
};

function notInStack({ registry, settings }: AdoptedRegistry, { state, region }: StackContext): AdoptedRegistry {
  const isHere = (setting: RegistrySetting, each: string) => {
    const { types, key } = stateLookups[setting];
    const value = setting === "accountSettings" ? accountSettingNames[each as AccountSettingArgument] : each;
    return resourceWith(state, types, { region, ...(key !== undefined && { [key]: value }) }) !== undefined;
  };
  return { registry, settings: filterSettings(settings, (each, setting) => !isHere(setting, each)) };
}

/** Leaves another account's registry unchanged, because the component rejects it. */
async function onlyInAws(adopted: AdoptedRegistry, region: string): Promise<AdoptedRegistry> {
  const wanted = (Object.entries(adopted.settings) as [RegistrySetting, readonly string[]][]).flatMap(
    ([setting, keys]) => keys.map((key) => ({ setting, key })),
  );
  if (wanted.length === 0) return adopted;
  const { accountId: account } = await getCallerIdentity();
  if (account !== adopted.registry) return adopted;
  const found = await Promise.all(
    wanted.map(async ({ setting, key }) => ((await isInAws(setting, key, { account, region })) ? [setting, key] : [])),
  );
  const there = new Set(found.map((each) => JSON.stringify(each)));
  return {
    ...adopted,
    settings: filterSettings(adopted.settings, (key, setting) => there.has(JSON.stringify([setting, key]))),
  };
}
