import { type Fault, showValue } from "../../ecr/faults";
import type { RegistrySetting } from "../../ecr/registry/registrySetting";
import type { Remark } from "./adoptedConfig";
import type { Entry } from "./commonSettings";
import type { DescribedRegistry } from "./readRegistry";
import { accountSettingArguments, type RegistryPart, registryParts } from "./registryParts";
import { registryRemarks } from "./registryRemarks";

/** The `ecr:registries` config for existing registry settings. */
export interface AdoptedRegistries {
  /** Keyed by region. */
  registries: Record<string, Entry>;
  /** The adopted settings of each registry, identified as in AWS. */
  adopted: { region: string; setting: RegistrySetting; key: string }[];
  remarks: Remark[];
  /** What stays in AWS and outside the stack, with the reason. */
  outside: string[];
}

/** The environment that adopts the registries, and which settings it adopts. */
export interface RegistryAdoption {
  /** The environment's region. Registries in other regions get an explicit `region`. */
  region: string;
  account: string;
  /**
   * Selects settings one by one, such as those in a Terraform state.
   * @default all settings of each registry with at least one that differs from its initial value
   */
  isWanted?: (setting: RegistrySetting, key: string, region: string) => boolean;
  /** Validates config values; see config/checkConfig.ts. */
  faultsOf: (values: Record<string, string>) => readonly Fault[];
}

/** Builds a config that matches the existing registries. Settings that it cannot express are listed in `outside`. */
export function adoptedRegistries(found: readonly DescribedRegistry[], question: RegistryAdoption): AdoptedRegistries {
  const all: AdoptedRegistries = { registries: {}, adopted: [], remarks: [], outside: [] };
  for (const each of found) {
    const { isWanted = () => true } = question;
    const name = `registry/${each.region}`;
    const wanted = registryParts(each, question.account).filter(({ setting, key }) =>
      isWanted(setting, key, each.region),
    );
    const { kept, left } = splitExpressible(wanted, each.region, question);
    // Without a selection, skip registries where every setting still has its initial value.
    const isAdopted = kept.some(({ isInitial }) => !isInitial || question.isWanted !== undefined);
    all.outside.push(
      ...left.map(({ part, reason }) => `${name}: ${labelOf(part)}: ${reason}`),
      ...unmanagedSettings(each, name),
    );
    if (!isAdopted) continue;
    all.registries[each.region] = entryOf(kept, each.region, question);
    all.adopted.push(...kept.map(({ setting, key }) => ({ region: each.region, setting, key })));
    all.remarks.push(...registryRemarks(kept, name));
  }
  return all;
}

function labelOf({ setting, key }: RegistryPart): string {
  return key === "" ? setting : `${setting} ${showValue(key)}`;
}

/** Settings that the config has no section for, and those that could not be read. */
function unmanagedSettings({ signing, unread }: DescribedRegistry, name: string): string[] {
  return [
    ...(signing.length > 0
      ? [
          `${name}: signing: ${signing.length} rule${signing.length === 1 ? "" : "s"}, which the AWS provider has no resource for.`,
        ]
      : []),
    ...unread.map((each) => `${name}: ${each}`),
  ];
}

/** Splits the parts into those that pass the program's own validation and those that do not, with the violated rule. */
function splitExpressible(parts: readonly RegistryPart[], region: string, question: RegistryAdoption) {
  const left: { part: RegistryPart; reason: string }[] = [];
  let kept: RegistryPart[] = [];
  for (const part of parts) {
    if ("reason" in part.written) left.push({ part, reason: part.written.reason });
    else kept.push(part);
  }
  // Terminates because each iteration drops at least one part.
  for (;;) {
    const entry = entryOf(kept, region, question);
    const faults = question.faultsOf({ "ecr:registries": JSON.stringify({ [region]: entry }) });
    if (faults.length === 0 || kept.length === 0) return { kept, left };
    const broken = new Map(faults.map((fault) => [partAt(fault.path, kept, region), fault.rule]));
    const stays = kept.filter((part) => !broken.has(part));
    // A fault that belongs to no single part, such as a limit, rejects all of them.
    const reason = faults[0]?.rule ?? "";
    for (const part of kept) {
      if (broken.has(part) || stays.length === kept.length) left.push({ part, reason: broken.get(part) ?? reason });
    }
    kept = stays.length === kept.length ? [] : stays;
  }
}

/** The part that a fault path refers to: `ecr:registries.<region>.pullThroughCache[2].prefix`. */
function partAt(path: string, parts: readonly RegistryPart[], region: string): RegistryPart | undefined {
  const [, setting, index, name] =
    /^([a-zA-Z]+)(?:\[(\d+)\])?(?:\.([a-zA-Z]+))?/.exec(path.slice(`ecr:registries.${region}.`.length)) ?? [];
  const own = parts.filter((each) => each.setting === setting);
  if (setting === "accountSettings") return own.find(({ key }) => accountSettingArguments[key] === name);
  return own[index === undefined ? 0 : Number(index)];
}

function entryOf(parts: readonly RegistryPart[], region: string, { region: own, account }: RegistryAdoption): Entry {
  const of = (setting: RegistrySetting) => parts.filter((each) => each.setting === setting);
  const value = ({ written }: RegistryPart) => ("value" in written ? written.value : undefined);
  const one = (setting: RegistrySetting) => of(setting).map((part) => [setting, value(part)]);
  const list = (setting: RegistrySetting) => (of(setting).length > 0 ? [[setting, of(setting).map(value)]] : []);
  const settings = of("accountSettings").map((part) => [accountSettingArguments[part.key], value(part)]);
  return {
    ...(region !== own && { region }),
    ...Object.fromEntries(one("policy")),
    // Must be explicit: by default the program scans every image on push.
    scanning: false,
    ...Object.fromEntries([
      ...one("scanning"),
      ...one("replication"),
      ...list("pullThroughCache"),
      ...list("creationTemplates"),
    ]),
    ...(settings.length > 0 && { accountSettings: Object.fromEntries(settings) }),
    ...Object.fromEntries(list("pullTimeExclusions")),
    import: account,
  };
}
