import { setTimeout as pause } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { runningProgram } from "./runningProgram";

/** A resource as of the stack's last update. */
export interface StateResource {
  urn: string;
  type: string;
  /** Its type, prefixed by its parents' types as in the URN: `ecr:index:PrivateRepository$aws:ecr/…`. */
  types: string;
  /** Its logical name. */
  name: string;
  /** As returned by AWS; for a component, its registered outputs. */
  outputs: Readonly<Record<string, unknown>>;
}

/** What a stack has before this run changes anything. */
export type StackState = readonly StateResource[];

const statesByProgram = new WeakMap<object, Promise<StackState>>();

/**
 * The resources in this stack's own state, read once per run. A program needs it to tell what its stack created from
 * what was created elsewhere. Empty for a new stack, and outside an engine (mocks).
 */
export function readStackState(): Promise<StackState> {
  const program = runningProgram();
  if (program === undefined) return Promise.resolve([]);
  const read = statesByProgram.get(program) ?? readEngineState();
  statesByProgram.set(program, read);
  return read;
}

async function readEngineState(): Promise<StackState> {
  const organization = knownOrganization();
  if (organization === undefined) return [];
  const stackName = `${organization}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const outputs = await readResourceOutputs(stackName);
  return Object.entries(outputs ?? {}).map(([urn, resource]) => ({ urn, ...parseUrn(urn), ...resource }));
}

type ResourceOutputs = Record<string, { type: string; outputs: Record<string, unknown> }>;

/** Attempts to read a state that is being written. */
const attempts = 6;

/** Uses the engine's own function, because stack references only have the stack's outputs. */
async function readResourceOutputs(stackName: string, attempt = 1): Promise<ResourceOutputs | undefined> {
  try {
    const { outputs } = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName });
    return outputs as ResourceOutputs | undefined;
  } catch (error) {
    // The file backend writes a file's attributes in place (gocloud.dev/blob/fileblob): reading while the engine saves
    // the state finds them truncated.
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

/** Parses `urn:pulumi:<stack>::<project>::<types>::<name>`; a name may itself contain `::`. */
function parseUrn(urn: string): { types: string; name: string } {
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

/** The resource of a type that manages this object in AWS. */
export function resourceWith(
  state: StackState,
  types: string,
  outputs: Readonly<Record<string, string>>,
): StateResource | undefined {
  return resourcesOf(state, types).find((resource) =>
    Object.entries(outputs).every(([property, value]) => resource.outputs[property] === value),
  );
}
