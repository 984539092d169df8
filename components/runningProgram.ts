import * as pulumi from "@pulumi/pulumi";

/** By the address of the engine's monitor, which is different for each run. */
const programs = new Map<string, object>();

/**
 * An object that identifies the running program, for data kept once per program. In a provider that creates components
 * for programs in other languages, the SDK has a new monitor client for each component; they belong to the same program
 * when their address is the same.
 *
 * @returns `undefined` outside a program; in tests with mocks, the mocks.
 */
export function runningProgram(): object | undefined {
  const monitor = pulumi.runtime.getMonitor() as { getChannel?: () => { getTarget(): string } } | undefined;
  const address = monitor?.getChannel?.().getTarget();
  if (monitor === undefined || address === undefined) return monitor;
  const known = programs.get(address);
  if (known === undefined) programs.set(address, monitor);
  return known ?? monitor;
}
