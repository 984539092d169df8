import * as pulumi from "@pulumi/pulumi";

/**
 * The known entries of an output. An update with `--target` may skip the resource behind an entry before it was ever
 * created; Pulumi would then write its internal placeholder for "unknown" into the stack's outputs, and readers would
 * take it for the value. A preview returns all entries, known or not.
 */
export function withoutSkipped<Entry>(
  entries: pulumi.Input<Record<string, Entry>>,
): pulumi.Input<Record<string, unknown>> {
  if (pulumi.runtime.isDryRun()) return entries;
  const known = (all: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(all).filter(([, entry]) => !pulumi.containsUnknowns(entry)));
  // The second argument is internal to the SDK: call the function for unknown values, too.
  return (pulumi.output(entries) as unknown as Applicable).apply(known, true);
}

/** An entry for each value, without unknown ones; see withoutSkipped. */
export function createdEntries<Value, Entry>(
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
