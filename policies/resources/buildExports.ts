import type { Subject } from "../engine/rule";
import { Unknown } from "../engine/unknowns";

/** A name that a resource pushes an image under. */
export interface PushedName {
  path: string;
  /** The reference as written, or an Unknown. */
  name: unknown;
}

/**
 * The names that a docker-build image is pushed under. Both `push` and `exports` push; `tags` names the exports that
 * have no names of their own (docker-build provider, Image: tags, push, exports).
 */
export function exportedNames(resource: Subject): PushedName[] {
  const [push, exports] = [resource.read("push"), resource.read("exports")];
  if (exports instanceof Unknown) {
    return [...names(resource.read("tags"), "tags"), { path: "exports", name: exports }];
  }
  const pushing = (Array.isArray(exports) ? exports : []).map((each: unknown, index) =>
    pushedBy(each, `exports[${index}]`),
  );
  const own = pushing.flatMap((each) => each ?? []);
  const tagged = push !== false || pushing.some((each) => each?.length === 0);
  return [...(tagged ? names(resource.read("tags"), "tags") : []), ...own];
}

/** The names that an export pushes under: none when it uses those of `tags`, `undefined` when it does not push. */
function pushedBy(exported: unknown, path: string): PushedName[] | undefined {
  if (exported instanceof Unknown) {
    return [{ path, name: exported }];
  }
  const { registry, image, raw } = (exported ?? {}) as Record<string, unknown>;
  for (const [kind, given] of Object.entries({ registry, image })) {
    if (given instanceof Unknown) {
      return [{ path: `${path}.${kind}`, name: given }];
    }
    const settings = given as Record<string, unknown> | null | undefined;
    const pushes = settings?.["push"];
    if (pushes instanceof Unknown) {
      return [{ path: `${path}.${kind}.push`, name: pushes }];
    }
    // A registry export pushes unless told not to; an image export pushes only when told to.
    if (pushes === true || (kind === "registry" && settings && pushes !== false)) {
      return names(settings?.["names"], `${path}.${kind}.names`);
    }
  }
  if (raw instanceof Unknown) {
    return [{ path: `${path}.raw`, name: raw }];
  }
  return typeof raw === "string" && /(?:^|[,"\s])(?:type=registry|push=true)(?:$|[,"\s])/.test(raw)
    ? rawNames(raw).map((name) => ({ path: `${path}.raw`, name }))
    : undefined;
}

/** The names in an export in buildx's syntax: `type=registry,name=a`, or `"name=a,b"` for several. */
function rawNames(text: string): string[] {
  return (/"name=([^"]*)"/.exec(text)?.[1]?.split(",") ?? [/(?:^|,)name=([^,]*)/.exec(text)?.[1] ?? ""]).filter(
    (name) => name !== "",
  );
}

function names(list: unknown, path: string): PushedName[] {
  if (list instanceof Unknown) {
    return [{ path, name: list }];
  }
  return (Array.isArray(list) ? list : []).map((name: unknown, index) => ({ path: `${path}[${index}]`, name }));
}
