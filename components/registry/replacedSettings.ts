import type { RegistryPlace } from "../../ecr/accounts";
import type { StateResource } from "../stackState";
import { type SettingName, settingInAws } from "./registryOwnership";

type Properties = Readonly<Record<string, unknown>>;

/** What a setting says: as the state has it, and as Cloud Control answers. */
const contents: Record<
  SettingName,
  { put: (outputs: Properties) => unknown; there: (properties: Properties) => unknown }
> = {
  policy: { put: ({ policy }) => parsed(policy), there: ({ PolicyText }) => parsed(PolicyText) },
  scanning: {
    put: ({ scanType, rules }) => ({ scanType, rules }),
    there: ({ ScanType, Rules }) => ({ ScanType, Rules }),
  },
  replication: {
    put: ({ replicationConfiguration }) => replicationConfiguration,
    there: ({ ReplicationConfiguration }) => ReplicationConfiguration,
  },
};

/**
 * What a registry has in place of a setting that a stack put there; undefined when it has that very setting, or none.
 *
 * @param resource The setting in the stack's state.
 */
export async function replacedByOthers(
  setting: SettingName,
  { outputs }: StateResource,
  place: RegistryPlace,
): Promise<unknown> {
  const properties = await settingInAws(setting, place);
  if (properties === undefined) return undefined;
  const { put, there } = contents[setting];
  return comparable(put(outputs)) === comparable(there(properties)) ? undefined : there(properties);
}

function parsed(document: unknown): unknown {
  return typeof document === "string" ? JSON.parse(document) : document;
}

/**
 * One text for all that AWS takes for the same: names of properties in either case, lists in any order, a list of one and
 * its element, what is empty and what is not there, an account's id and its root.
 */
function comparable(value: unknown): string {
  return JSON.stringify(simplest(value) ?? null);
}

function simplest(value: unknown): unknown {
  if (Array.isArray(value)) {
    const elements = value.map(simplest).filter((each) => each !== undefined);
    if (elements.length < 2) return elements[0];
    return elements.sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value)
      .map(([key, each]) => [key.charAt(0).toLowerCase() + key.slice(1), simplest(each)] as const)
      .filter(([, each]) => each !== undefined)
      .sort(([left], [right]) => (left < right ? -1 : 1));
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }
  return typeof value === "string" ? value.replace(/^arn:[\w-]+:iam::(\d{12}):root$/, "$1") : (value ?? undefined);
}
