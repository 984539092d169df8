import * as pulumi from "@pulumi/pulumi";

/** The names that a component had before, as far as its options say them now. */
export function aliasNames(opts: pulumi.ComponentResourceOptions | undefined): string[] {
  return (opts?.aliases ?? []).flatMap((alias) => {
    if (typeof alias === "string") return [alias.split("::").slice(3).join("::")];
    if (pulumi.Output.isInstance(alias) || alias instanceof Promise) return [];
    return typeof alias.name === "string" ? [alias.name] : [];
  });
}

/**
 * A component's options, by which its children too have their former names as aliases. The engine does that by itself only
 * while the component has its former name in the state: an update that stopped half-way has renamed the component and not
 * its children.
 *
 * @param name The component's name, with which those of its children begin.
 */
export function carriedOver<Options extends pulumi.ComponentResourceOptions>(
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
