import * as pulumi from "@pulumi/pulumi";

/** A resource as the stack's last update left it. */
export interface StateResource {
  urn: string;
  type: string;
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
  // The engine's own function: stack references have the outputs of the stack alone.
  const { outputs } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName })) as {
    outputs: Record<string, { type: string; outputs: Record<string, unknown> }>;
  };
  return Object.entries(outputs).map(([urn, resource]) => ({ urn, name: nameOf(urn), ...resource }));
}

/** Undefined in a user's own tests: mocks have no stack. */
function knownOrganization(): string | undefined {
  try {
    return pulumi.getOrganization();
  } catch {
    return undefined;
  }
}

/** A name may hold `::` itself: `urn:pulumi:<stack>::<project>::<types>::<name>`. */
function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
