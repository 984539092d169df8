/** A parsed path of the registry protocol. */
export type Route =
  | { kind: "base" }
  | { kind: "catalog" }
  | { kind: "manifest"; name: string; reference: string }
  | { kind: "blob"; name: string; digest: string }
  | { kind: "startUpload"; name: string }
  | { kind: "upload"; name: string; rest: string }
  | { kind: "tags"; name: string }
  | { kind: "referrers"; name: string; digest: string };

/**
 * Parses a path. A repository name may contain parts such as `tags` or `manifests`, so paths are parsed from the end:
 * the name is as long as possible.
 */
export function parseRoute(path: string): Route | undefined {
  if (/^\/v2\/?$/.test(path)) {
    return { kind: "base" };
  }
  if (path === "/v2/_catalog") {
    return { kind: "catalog" };
  }
  const match = (form: RegExp): [string, string] | undefined => {
    const found = form.exec(path);
    return found ? [found[1] ?? "", found[2] ?? ""] : undefined;
  };
  const tags = match(/^\/v2\/(.+)\/tags\/list$/);
  if (tags) {
    return { kind: "tags", name: tags[0] };
  }
  const start = match(/^\/v2\/(.+)\/blobs\/uploads\/?$/);
  if (start) {
    return { kind: "startUpload", name: start[0] };
  }
  const upload = match(/^\/v2\/(.+)\/blobs\/uploads\/([A-Za-z0-9_=.-]+)$/);
  if (upload) {
    return { kind: "upload", name: upload[0], rest: upload[1] };
  }
  const blob = match(/^\/v2\/(.+)\/blobs\/([^/]+)$/);
  if (blob) {
    return { kind: "blob", name: blob[0], digest: blob[1] };
  }
  const referrers = match(/^\/v2\/(.+)\/referrers\/([^/]+)$/);
  if (referrers) {
    return { kind: "referrers", name: referrers[0], digest: referrers[1] };
  }
  const manifest = match(/^\/v2\/(.+)\/manifests\/([^/]+)$/);
  return manifest ? { kind: "manifest", name: manifest[0], reference: manifest[1] } : undefined;
}
