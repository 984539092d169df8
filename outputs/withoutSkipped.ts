import * as pulumi from "@pulumi/pulumi";

/**
 * The entries of an output that are known. An update with `--target` may leave out what an entry is about before it was
 * ever made; Pulumi would write a number that stands for "unknown" into the stack's outputs, which readers take for the
 * value. In a preview all entries are there, known or not.
 */
export function withoutSkipped<Entry>(
  entries: pulumi.Input<Record<string, Entry>>,
): pulumi.Input<Record<string, unknown>> {
  if (pulumi.runtime.isDryRun()) return entries;
  const known = (all: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(all).filter(([, entry]) => !pulumi.containsUnknowns(entry)));
  // The second argument is internal to the SDK: also with values that are not known.
  return (pulumi.output(entries) as unknown as Applicable).apply(known, true);
}

/** An entry for each value, without those that are not known; see withoutSkipped. */
export function madeEntries<Value, Entry>(
  values: Readonly<Record<string, Value>>,
  map: (value: Value, key: string) => Entry,
): pulumi.Input<Record<string, unknown>> {
  return withoutSkipped(Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value, key)])));
}

interface Applicable {
  apply(
    map: (all: Record<string, unknown>) => Record<string, unknown>,
    runWithUnknowns: true,
  ): pulumi.Output<Record<string, unknown>>;
}
