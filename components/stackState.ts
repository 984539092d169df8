import { setTimeout as pause } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";

/** A resource as the stack's last update left it. */
export interface StateResource {
  urn: string;
  type: string;
  /** Its own type below those of its parents, as the URN has them: `ecr:index:PrivateRepository$aws:ecr/…`. */
  types: string;
  /** Its name in the program that made it. */
  name: string;
  /** As AWS answered; of a component, what it registered. */
  outputs: Readonly<Record<string, unknown>>;
}

/** What a stack has before this run changes anything. */
export type StackState = readonly StateResource[];

const reads = new WeakMap<object, Promise<StackState>>();

/**
 * The resources in this stack's own state, read once a run. Without it a program cannot tell what its stack made from
 * what somebody else did. Empty for a new stack, and outside of an engine (mocks).
 */
export function readStackState(): Promise<StackState> {
  const program = pulumi.runtime.getMonitor();
  if (program === undefined) return Promise.resolve([]);
  const read = reads.get(program) ?? askEngine();
  reads.set(program, read);
  return read;
}

async function askEngine(): Promise<StackState> {
  const organization = knownOrganization();
  if (organization === undefined) return [];
  const stackName = `${organization}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const outputs = await readResourceOutputs(stackName);
  return Object.entries(outputs ?? {}).map(([urn, resource]) => ({ urn, ...partsOf(urn), ...resource }));
}

type ResourceOutputs = Record<string, { type: string; outputs: Record<string, unknown> }>;

/** How often a state is read that is just being written. */
const attempts = 6;

/** By the engine's own function: stack references have the outputs of the stack alone. */
async function readResourceOutputs(stackName: string, attempt = 1): Promise<ResourceOutputs | undefined> {
  try {
    const { outputs } = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName });
    return outputs as ResourceOutputs | undefined;
  } catch (error) {
    // The file backend writes a file's attributes in place (gocloud.dev/blob/fileblob): who reads them while the engine
    // saves the state finds them cut short.
    if (attempt === attempts || !/\bEOF\b|unexpected end of JSON/.test(String(error))) throw error;
    await pause(20 * 2 ** attempt);
    return readResourceOutputs(stackName, attempt + 1);
  }
}

/** Undefined in a user's own tests: mocks have no stack. */
function knownOrganization(): string | undefined {
  try {
    return pulumi.getOrganization();
  } catch {
    return undefined;
  }
}

/** Of `urn:pulumi:<stack>::<project>::<types>::<name>`; a name may hold `::` itself. */
function partsOf(urn: string): { types: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { types, name: name.join("::") };
}

const indexes = new WeakMap<StackState, Map<string, StateResource[]>>();

/** The resources of a type below these parents (see StateResource.types). */
export function resourcesOf(state: StackState, types: string): readonly StateResource[] {
  let index = indexes.get(state);
  if (index === undefined) {
    index = new Map();
    for (const resource of state) {
      const others = index.get(resource.types);
      if (others === undefined) index.set(resource.types, [resource]);
      else others.push(resource);
    }
    indexes.set(state, index);
  }
  return index.get(types) ?? [];
}

/** The resource of a type that is this very thing in AWS. */
export function resourceWith(
  state: StackState,
  types: string,
  outputs: Readonly<Record<string, string>>,
): StateResource | undefined {
  return resourcesOf(state, types).find((resource) =>
    Object.entries(outputs).every(([property, value]) => resource.outputs[property] === value),
  );
}
