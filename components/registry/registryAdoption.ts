import type { Fault } from "../../ecr/faults";
import { accountFaults } from "../../ecr/names/accounts";
import type { RegistrySetting } from "../../ecr/registry/registrySetting";
import { oneOf } from "../../ecr/values/nearestWord";
import { isPlain } from "../inputChecks";
import type { AccountSettingsArgs, RegistryArgs } from "./registryArgs";
import { prefixOf } from "./registryCache";
import type { KnownLocation } from "./registryContext";

/** The imported parts of a registry: for settings that exist once, and for those with keys, the keys. */
export type AdoptedSettings = Readonly<Record<RegistrySetting, readonly string[]>>;

/** Key of a setting that exists once. */
const singletonKey = "";

/** What the arguments describe, whether or not it exists. */
export function describedSettings(args: RegistryArgs): AdoptedSettings {
  const { policy, replicateFrom = [], scanning, replication = [], pullTimeExclusions = [] } = args;
  const single = (isAsked: boolean) => (isAsked ? [singletonKey] : []);
  return {
    policy: single(policy !== undefined || replicateFrom.length > 0),
    scanning: single(scanning !== false),
    replication: single(replication.length > 0),
    pullThroughCache: (args.pullThroughCache ?? []).map(prefixOf),
    creationTemplates: (args.creationTemplates ?? []).map(({ prefix }) => prefix),
    accountSettings: Object.entries(args.accountSettings ?? {})
      .filter(([, value]) => value !== undefined)
      .map(([name]) => name),
    pullTimeExclusions: Object.values(pullTimeExclusions).filter((arn): arn is string => typeof arn === "string"),
  };
}

/** A registry to adopt, and which of its settings. */
export interface AdoptedRegistry {
  /** Registry ID. */
  registry: string;
  settings: AdoptedSettings;
}

/** The settings that `import` selects; undefined without it. Expects arguments of the right types. */
export function adoptedRegistry(args: RegistryArgs): AdoptedRegistry | undefined {
  if (args.import === undefined) return undefined;
  if (typeof args.import === "string") return { registry: args.import, settings: describedSettings(args) };
  const { registry, policy, scanning, replication, ...lists } = args.import;
  const single = (isThere = false) => (isThere ? [singletonKey] : []);
  const settings = {
    policy: single(policy),
    scanning: single(scanning),
    replication: single(replication),
    pullThroughCache: lists.pullThroughCache ?? [],
    creationTemplates: lists.creationTemplates ?? [],
    accountSettings: lists.accountSettings ?? [],
    pullTimeExclusions: lists.pullTimeExclusions ?? [],
  };
  return { registry, settings };
}

/** The settings accepted by `isWanted`. */
export function filterSettings(
  settings: AdoptedSettings,
  isWanted: (key: string, setting: RegistrySetting) => boolean,
): AdoptedSettings {
  const entries = Object.entries(settings) as [RegistrySetting, readonly string[]][];
  const wanted = entries.map(([setting, keys]) => [setting, keys.filter((key) => isWanted(key, setting))]);
  return Object.fromEntries(wanted) as AdoptedSettings;
}

/** `import` in its long form; undefined when nothing is left to adopt. */
export function importOf(adopted: AdoptedRegistry | undefined) {
  if (adopted === undefined || Object.values(adopted.settings).every(({ length }) => length === 0)) return undefined;
  const { policy, scanning, replication, pullThroughCache, creationTemplates, accountSettings, pullTimeExclusions } =
    adopted.settings;
  return {
    registry: adopted.registry,
    policy: policy.length > 0,
    scanning: scanning.length > 0,
    replication: replication.length > 0,
    pullThroughCache: [...pullThroughCache],
    creationTemplates: [...creationTemplates],
    accountSettings: [...accountSettings] as (keyof AccountSettingsArgs)[],
    pullTimeExclusions: [...pullTimeExclusions],
  };
}

/**
 * Resolves the ID a child is imported by; undefined for a child that is created.
 *
 * @param ids AWS's names for keys that differ from AWS's.
 */
export function importIds(args: RegistryArgs, ids: Readonly<Record<string, string>>) {
  const adopted = adoptedRegistry(args);
  return (setting: RegistrySetting, key = singletonKey): string | undefined => {
    if (!adopted?.settings[setting].includes(key)) return undefined;
    const id = key === singletonKey ? adopted.registry : (ids[key] ?? key);
    // The provider looks up an ID without a region in its own region.
    return args.region === undefined ? id : `${id}@${args.region}`;
  };
}

/** Why these settings could not be adopted: every known fault, or none. */
export function registryAdoptionFaults(args: RegistryArgs, location: KnownLocation): Fault[] {
  const { import: adopted, region } = args;
  if (adopted === undefined) return [];
  const registry = typeof adopted === "string" ? adopted : adopted.registry;
  const path = typeof adopted === "string" ? "import" : "import.registry";
  const faults = accountFaults(registry, path);
  if (faults.length === 0 && location.account !== undefined && location.account !== registry) {
    faults.push({
      path,
      value: registry,
      rule: `the credentials are those of account ${location.account}, and only its own registry can be adopted.`,
      fix: `write "${location.account}" or use the other account's credentials.`,
    });
  }
  if (region !== undefined && typeof region !== "string") {
    faults.push({
      path: "region",
      value: undefined,
      rule: "the region of an adopted registry must be known before the update.",
      fix: "write it as a plain string.",
    });
  }
  return [...faults, ...unknownArnFaults(args), ...undescribedFaults(args)];
}

/** An ARN that is not known yet cannot be used as an import ID. */
function unknownArnFaults({ import: adopted, pullTimeExclusions = [] }: RegistryArgs): Fault[] {
  if (typeof adopted !== "string") return [];
  return Object.entries(pullTimeExclusions)
    .filter(([, arn]) => !isPlain(arn))
    .map(([key]) => ({
      path: `pullTimeExclusions.${key}`,
      value: undefined,
      rule: "the ARN of an exclusion that is adopted must be known before the update.",
      fix: "write it as a plain string, or write import as an object with what the registry has.",
    }));
}

/** Reports settings to import that the arguments do not describe. */
function undescribedFaults(args: RegistryArgs): Fault[] {
  const described = describedSettings(args);
  return Object.entries(adoptedRegistry(args)?.settings ?? {}).flatMap(([name, keys]) => {
    const setting = name as RegistrySetting;
    const isStray = (key: string) => !described[setting].includes(key);
    return keys.flatMap((key, index): Fault[] =>
      isStray(key) ? [undescribedFault(setting, key, index, described)] : [],
    );
  });
}

function undescribedFault(setting: RegistrySetting, key: string, index: number, described: AdoptedSettings): Fault {
  if (key === singletonKey) {
    const rule = `only what is described can be adopted, and there is no ${setting} here.`;
    return { path: `import.${setting}`, value: true, rule, fix: "describe it as it is, or leave this out." };
  }
  const known = described[setting];
  return {
    path: `import.${setting}[${index}]`,
    value: key,
    rule: `only what is described can be adopted, and ${setting} has no such entry.`,
    fix: known.length > 0 ? oneOf(key, known) : "describe it as it is, or leave this out.",
  };
}
