import * as pulumi from "@pulumi/pulumi";

/** A component's previous names, as far as its options' aliases are known. */
export function aliasNames(opts: pulumi.ComponentResourceOptions | undefined): string[] {
  return (opts?.aliases ?? []).flatMap((alias) => {
    if (typeof alias === "string") return [alias.split("::").slice(3).join("::")];
    if (pulumi.Output.isInstance(alias) || alias instanceof Promise) return [];
    return typeof alias.name === "string" ? [alias.name] : [];
  });
}

/**
 * A component's options, extended so that its children have aliases for their former names. The engine does this itself
 * only while the state has the component's former name: an update that failed halfway has renamed the component, but
 * not its children.
 *
 * @param name The component's name, which prefixes its children's names.
 */
export function withChildAliases<Options extends pulumi.ComponentResourceOptions>(
  name: string,
  opts: Options | undefined,
): Options | undefined {
  const former = aliasNames(opts);
  if (opts === undefined || former.length === 0) return opts;
  const transformation: pulumi.ResourceTransformation = ({ name: child, props, opts: own }) => {
    if (!child.startsWith(name)) return undefined;
    const aliases = former.map((each) => ({ name: each + child.slice(name.length) }));
    return { props, opts: { ...own, aliases: [...(own.aliases ?? []), ...aliases] } };
  };
  return { ...opts, transformations: [...(opts.transformations ?? []), transformation] };
}

/**
 * A resource's outputs, unknown where `--target` skips the resource before it was ever created. The Node SDK returns
 * those as known and `undefined`, so that everything would be computed from them; only the ID is unknown, as it should
 * be.
 */
export function createdOutputs<Outputs extends Record<string, pulumi.Output<unknown>>>(
  { id }: pulumi.CustomResource,
  outputs: Outputs,
): Outputs {
  // In a preview names are already known, but there is no ID yet.
  if (pulumi.runtime.isDryRun()) return outputs;
  const made = Object.entries(outputs).map(([name, output]) => [
    name,
    pulumi.all([output, id]).apply(([each]) => each),
  ]);
  return Object.fromEntries(made) as Outputs;
}

/**
 * For resources that AWS identifies by location (a repository and its key by name and region, a policy by its
 * repository, a setting by its registry): a replacement deletes the old one first.
 *
 * Pulumi's usual order, creating the new one first, breaks when an update that replaces is reverted after a failure.
 * The state then has the old resource pending deletion, the next update creates the new one in the same place, and then
 * deletes what it just created: policies, or the key that encrypts the images. With the old one first, deleting a
 * repository that has images fails before anything else has happened.
 */
export const deleteBeforeReplaceOptions = { deleteBeforeReplace: true } as const satisfies pulumi.CustomResourceOptions;
