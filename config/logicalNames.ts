import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { resourceWith, type StackState } from "../components/stackState";
import { registryName, repositoryRegion } from "./arguments";
import type { EnvironmentConfig } from "./schema";

/** What a component is called in the stack's state, and the name that the state has it under if that is another one. */
export interface LogicalName {
  name: string;
  aliases: { name: string }[];
}

/** What a component's constructor takes. */
export function named<Args>({ name, aliases }: LogicalName, args: Args): [string, Args, ComponentResourceOptions] {
  return [name, args, { aliases }];
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
 * Whatever the state calls that very thing is an alias: stacks of version 0.1.0, which went by keys, stay as they are.
 *
 * @param region The provider's.
 */
export function logicalNames(config: EnvironmentConfig, state: StackState, region: string) {
  const placed = (name: string, place: string) => (place === region ? name : `${name}@${place}`);
  return {
    privateRepository: (key: string): LogicalName => {
      const name = registryName(config, `private/${key}`);
      const place = repositoryRegion(config, key) ?? region;
      return known(placed(name, place), state, "ecr:index:PrivateRepository$aws:ecr/repository:Repository", {
        name,
        region: place,
      });
    },
    publicRepository: (key: string): LogicalName => {
      const repositoryName = registryName(config, `public/${key}`);
      const type = "ecr:index:PublicRepository$aws:ecrpublic/repository:Repository";
      return known(repositoryName, state, type, { repositoryName });
    },
    registry: (key: string): LogicalName => {
      const place = config.registries[key]?.region ?? region;
      return known(place, state, "ecr:index:Registry", { region: place });
    },
    pushRole: (key: string): LogicalName => {
      const name = config.pushRoles[key]?.roleName;
      if (name === undefined) return { name: key, aliases: [] };
      const isOthers = Object.values(config.pushRoles).some(({ roleName }) => roleName === key);
      return known(name, state, "ecr:index:PushRole$aws:iam/role:Role", { name }, isOthers ? undefined : key);
    },
    registryEvents: (key: string): LogicalName => {
      const { topicName: name, region: place = region } = config.registryEvents[key] ?? {};
      if (name === undefined) return { name: key, aliases: [] };
      const isOthers = Object.values(config.registryEvents).some(({ topicName }) => topicName === key);
      const types = "ecr:index:RegistryEvents$aws:sns/topic:Topic";
      // Their rules are called after them, and the name of a rule has no `@`, that of a topic no dot.
      const placedName = place === region ? name : `${name}.${place}`;
      return known(placedName, state, types, { name, region: place }, isOthers ? undefined : key);
    },
  };
}

/**
 * @param types The resource's type below those of its parents, as its URN has them.
 * @param outputs What the very thing has in AWS.
 * @param otherwise The name that it may have had before it was given the one in AWS; not where another entry has it now.
 */
function known(
  name: string,
  state: StackState,
  types: string,
  outputs: Record<string, string>,
  otherwise?: string,
): LogicalName {
  const former = resourceWith(state, types, outputs)?.name ?? otherwise;
  return { name, aliases: former === undefined || former === name ? [] : [{ name: former }] };
}
