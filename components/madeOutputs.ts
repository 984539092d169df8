import * as pulumi from "@pulumi/pulumi";

/**
 * Outputs of a resource, not known where `--target` leaves out the resource before it was ever made. Node's SDK gives
 * those as `undefined` and known, so that everything would be computed from them; only the id it leaves unknown, as it
 * should.
 */
export function madeOutputs<Outputs extends Record<string, pulumi.Output<unknown>>>(
  { id }: pulumi.CustomResource,
  outputs: Outputs,
): Outputs {
  // A preview knows the names already, and has no id yet.
  if (pulumi.runtime.isDryRun()) return outputs;
  const made = Object.entries(outputs).map(([name, output]) => [
    name,
    pulumi.all([output, id]).apply(([each]) => each),
  ]);
  return Object.fromEntries(made) as Outputs;
}
