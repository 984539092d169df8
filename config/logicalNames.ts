import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { resourcesOf, type StackState, type StateResource } from "../components/stackState";
import { repositoryKeyAlias } from "../ecr/encryption";
import { registryName, repositoryRegion } from "./arguments";
import type { EnvironmentConfig } from "./schema";
import { stateTypes } from "./stateTypes";

/** What a component is called in the stack's state, and the name that the state has it under if that is another one. */
export interface LogicalName {
  name: string;
  aliases: { name: string }[];
}

/** What a component's constructor takes. */
export function named<Args>({ name, aliases }: LogicalName, args: Args): [string, Args, ComponentResourceOptions] {
  return [name, args, { aliases }];
}

/** A resource in the state that belongs to a thing, and what its component is called there. */
interface Trace {
  /** See StateResource.types. */
  types: string;
  /** What it has of that very thing. */
  outputs: Record<string, string>;
  /** The output that its name has behind its component's, after a `-`. @default none: it is called as its component */
  suffix?: string;
}

/**
 * Names a component by what it is in AWS, never by its key in the config: with another key the same repository stays the
 * same resource. docs/stack-life.md has the whole table.
 *
 * | what | name |
 * |---|---|
 * | private repository | its name; `<name>@<region>` outside of the provider's region |
 * | public repository | its name |
 * | registry | its region |
 * | push role | `roleName`, else its key |
 * | registry events | `topicName`; `<name>.<region>` outside of the provider's region; else their key |
 *
 * Whatever the state calls that very thing is an alias: stacks of version 0.1.0, which went by keys, stay as they are. Each
 * resource that AWS finds by its place is looked for, since an update that stopped half-way has renamed some of them only.
 * A thing keeps the name that the state has it under while the state has another thing under its own, as two keys with each
 * other's names were in version 0.1.0.
 *
 * @param region The provider's.
 */
export function logicalNames(config: EnvironmentConfig, state: StackState, region: string) {
  const placed = (name: string, place: string) => (place === region ? name : `${name}@${place}`);
  return {
    privateRepository: (key: string): LogicalName => {
      const name = registryName(config, `private/${key}`);
      const place = repositoryRegion(config, key) ?? region;
      const own = stateTypes.privateRepository;
      const below = (types: string, outputs: Record<string, string>): Trace => ({
        types,
        outputs: { ...outputs, region: place },
      });
      return known(placed(name, place), state, [
        below(own.repository, { name }),
        below(own.lifecyclePolicy, { repository: name }),
        below(own.policy, { repository: name }),
        below(own.keyAlias, { name: repositoryKeyAlias(name) }),
      ]);
    },
    publicRepository: (key: string): LogicalName => {
      const repositoryName = registryName(config, `public/${key}`);
      return known(repositoryName, state, [
        { types: stateTypes.publicRepository.repository, outputs: { repositoryName } },
        { types: stateTypes.publicRepository.policy, outputs: { repositoryName } },
      ]);
    },
    registry: (key: string): LogicalName => {
      const place = config.registries[key]?.region ?? region;
      const own = stateTypes.registry;
      const below = (types: string, suffix?: string): Trace => ({
        types,
        outputs: { region: place },
        suffix,
      });
      return known(place, state, [
        { types: own.component, outputs: { region: place } },
        below(own.policy),
        below(own.scanning),
        below(own.replication),
        below(own.accountSetting, "name"),
        below(own.cacheRule, "ecrRepositoryPrefix"),
        below(own.template, "prefix"),
      ]);
    },
    pushRole: (key: string): LogicalName => {
      const name = config.pushRoles[key]?.roleName;
      if (name === undefined) return { name: key, aliases: [] };
      const isOthers = Object.values(config.pushRoles).some(({ roleName }) => roleName === key);
      const traces: Trace[] = [
        { types: stateTypes.pushRole.role, outputs: { name } },
        { types: stateTypes.pushRole.policy, outputs: { role: name } },
      ];
      return known(name, state, traces, isOthers ? undefined : key);
    },
    registryEvents: (key: string): LogicalName => {
      const { topicName: name, region: place = region } = config.registryEvents[key] ?? {};
      if (name === undefined) return { name: key, aliases: [] };
      const isOthers = Object.values(config.registryEvents).some(({ topicName }) => topicName === key);
      const types = stateTypes.registryEvents.topic;
      // Their rules are called after them, and the name of a rule has no `@`, that of a topic no dot.
      const placedName = place === region ? name : `${name}.${place}`;
      return known(placedName, state, [{ types, outputs: { name, region: place } }], isOthers ? undefined : key);
    },
  };
}

/**
 * @param traces Where the state shows what the very thing is called there.
 * @param otherwise The name that it may have had before it was given the one in AWS; not where another entry has it now.
 */
function known(name: string, state: StackState, traces: readonly Trace[], otherwise?: string): LogicalName {
  const isOf = (resource: StateResource, { outputs }: Trace) =>
    Object.entries(outputs).every(([property, value]) => resource.outputs[property] === value);
  const named = traces.flatMap((trace) =>
    resourcesOf(state, trace.types).map((resource) => ({
      called: withoutSuffix(resource.name, trace.suffix && String(resource.outputs[trace.suffix])),
      isThis: isOf(resource, trace),
    })),
  );
  const found = named.filter(({ isThis }) => isThis).map(({ called }) => called);
  const former = new Set(found.length > 0 || otherwise === undefined ? found : [otherwise]);
  // The engine looks for a resource by its name first: under a name that another thing has, it would become that one.
  const isTaken = named.some(({ called, isThis }) => !isThis && called === name);
  const [own = name] = isTaken && !found.includes(name) ? found : [];
  former.delete(own);
  return { name: own, aliases: [...former].map((each) => ({ name: each })) };
}

function withoutSuffix(name: string, suffix: string | undefined): string {
  return suffix !== undefined && name.endsWith(`-${suffix}`) ? name.slice(0, -suffix.length - 1) : name;
}
