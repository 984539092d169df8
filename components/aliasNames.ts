import * as pulumi from "@pulumi/pulumi";

/** The names that a component had before, as far as its options say them now. */
export function aliasNames(opts: pulumi.ComponentResourceOptions | undefined): string[] {
  return (opts?.aliases ?? []).flatMap((alias) => {
    if (typeof alias === "string") return [alias.split("::").slice(3).join("::")];
    if (pulumi.Output.isInstance(alias) || alias instanceof Promise) return [];
    return typeof alias.name === "string" ? [alias.name] : [];
  });
}
