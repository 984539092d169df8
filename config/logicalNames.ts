import { resourcesOf, type StackState, type StateResource } from "../components/stackState";

// A component's logical name comes from its name in AWS, not from its config key, so that renaming a key does not
// replace the resource. Each section defines its own scheme; docs/stack-life.md has the whole table.

/** A component's logical name, with aliases for the names that the stack's state has it under. */
export interface LogicalName {
  name: string;
  aliases: { name: string }[];
}

/** The stack's state before the update, and the provider's region. */
export interface StackContext {
  state: StackState;
  region: string;
}

/** How to find the resources in the state that belong to one component, and their component's logical name. */
export interface StateLookup {
  /** See StateResource.types. */
  types: string;
  /** Outputs that identify them. */
  outputs: Record<string, string>;
  /**
   * The output whose value follows the component's name and a `-` in the resource's name.
   * @default none: it has the component's name
   */
  suffix?: string;
}

/**
 * A component's logical name. The names that the state has for the same resources become aliases, so stacks of version
 * 0.1.0, which used config keys, are unaffected. All of its resources are looked up, because an interrupted update may
 * have renamed only some. If the state uses the new name for another component (two keys that had each other's names in
 * version 0.1.0), the old name is kept.
 *
 * @param lookups Where to find its resources in the state.
 * @param otherwise A former name to use as an alias if the state has no trace of it. Omit it when another entry
 *   uses that name now.
 */
export function knownLogicalName(
  name: string,
  state: StackState,
  lookups: readonly StateLookup[],
  otherwise?: string,
): LogicalName {
  const isOf = (resource: StateResource, { outputs }: StateLookup) =>
    Object.entries(outputs).every(([property, value]) => resource.outputs[property] === value);
  const named = lookups.flatMap((lookup) =>
    resourcesOf(state, lookup.types).map((resource) => ({
      called: withoutSuffix(resource.name, lookup.suffix && String(resource.outputs[lookup.suffix])),
      isThis: isOf(resource, lookup),
    })),
  );
  const found = named.filter(({ isThis }) => isThis).map(({ called }) => called);
  const former = new Set(found.length > 0 || otherwise === undefined ? found : [otherwise]);
  // The engine matches by name before it looks at aliases: under a name that is taken, this would become the other
  // resource.
  const isTaken = named.some(({ called, isThis }) => !isThis && called === name);
  const [own = name] = isTaken && !found.includes(name) ? found : [];
  former.delete(own);
  return { name: own, aliases: [...former].map((each) => ({ name: each })) };
}

function withoutSuffix(name: string, suffix: string | undefined): string {
  return suffix !== undefined && name.endsWith(`-${suffix}`) ? name.slice(0, -suffix.length - 1) : name;
}
