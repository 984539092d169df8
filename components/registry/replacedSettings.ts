import type { AccountRegion } from "../../ecr/names/accounts";
import type { StateResource } from "../stackState";
import { type SettingName, settingInAws } from "./registryOwnership";

type Properties = Readonly<Record<string, unknown>>;

/** The content of a setting, in the state's format and in Cloud Control's. */
const settingContents: Record<
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
 * What a registry has instead of the setting a stack created; undefined when it has that setting, or none.
 *
 * @param resource The setting in the stack's state.
 */
export async function foreignReplacement(
  setting: SettingName,
  { outputs }: StateResource,
  location: AccountRegion,
): Promise<unknown> {
  const properties = await settingInAws(setting, location);
  if (properties === undefined) return undefined;
  const { put, there } = settingContents[setting];
  return comparable(put(outputs)) === comparable(there(properties)) ? undefined : there(properties);
}

function parsed(document: unknown): unknown {
  return typeof document === "string" ? JSON.parse(document) : document;
}

/**
 * A string that is the same for everything AWS treats as equal: property names in either case, lists in any order, a
 * list of one and its element, empty and missing values, an account ID and its root user.
 */
function comparable(value: unknown): string {
  return JSON.stringify(canonicalValue(value) ?? null);
}

function canonicalValue(value: unknown): unknown {
  if (Array.isArray(value)) {
    const elements = value.map(canonicalValue).filter((each) => each !== undefined);
    if (elements.length < 2) return elements[0];
    return elements.sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value)
      .map(([key, each]) => [key.charAt(0).toLowerCase() + key.slice(1), canonicalValue(each)] as const)
      .filter(([, each]) => each !== undefined)
      .sort(([left], [right]) => (left < right ? -1 : 1));
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }
  return typeof value === "string" ? value.replace(/^arn:[\w-]+:iam::(\d{12}):root$/, "$1") : (value ?? undefined);
}
