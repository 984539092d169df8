/** The parts of an image name. */
export interface ImageReference {
  /** Registry including its port: `localhost:5000`. */
  readonly domain: string;
  readonly path: string;
  readonly tag?: string;
  readonly digest?: string;
}

const domainPattern =
  "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*";
const hostPattern = `(?:${domainPattern}|\\[(?:[a-fA-F0-9:]+)\\])(?::[0-9]+)?`;
const componentPattern = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const referencePattern = new RegExp(
  `^(${hostPattern})/(${componentPattern}(?:/${componentPattern})*)` +
    "(?::([\\w][\\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$",
);

/**
 * Parses an image name as `docker` does: without a registry it is on Docker Hub. Throws when it is not an image name.
 */
export function parseImageName(name: string): ImageReference {
  if (/^[a-f0-9]{64}$/.test(name)) {
    throw new Error(`invalid repository name (${name}), cannot specify 64-byte hexadecimal strings`);
  }
  const normalized = withDomain(name);
  const match = referencePattern.exec(normalized);
  if (!match?.[1] || !match[2]) {
    const path = normalized.slice(normalized.indexOf("/") + 1).split(/[:@]/)[0] ?? "";
    const fault = "invalid reference format";
    throw new Error(/[A-Z]/.test(path) ? `${fault}: repository name (${path}) must be lowercase` : fault);
  }
  return {
    domain: match[1],
    path: match[2],
    ...(match[3] !== undefined && { tag: match[3] }),
    ...(match[4] !== undefined && { digest: match[4] }),
  };
}

function withDomain(name: string): string {
  const slash = name.indexOf("/");
  const first = name.slice(0, slash);
  let [domain, rest] =
    slash === -1 || (!/[.:]/.test(first) && first !== "localhost" && first.toLowerCase() === first)
      ? ["docker.io", name]
      : [first, name.slice(slash + 1)];
  if (domain === "index.docker.io") domain = "docker.io";
  if (domain === "docker.io" && !rest.includes("/")) rest = `library/${rest}`;
  return `${domain}/${rest}`;
}

export function formatReference({ domain, path, tag, digest }: ImageReference): string {
  return `${domain}/${path}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

const dockerHub = "https://index.docker.io/v1/";

/**
 * The address that credentials for an image are stored under: the given registry, otherwise the one in the image's
 * name, which must then be fully qualified.
 */
export function registryAddress(server: string, imageName: string): string {
  const host = server === "" ? domainOf(imageName) : hostOf(server);
  return ["index.docker.io", "docker.io", "registry-1.docker.io"].includes(host) ? dockerHub : host;
}

function domainOf(imageName: string): string {
  let fault: string | undefined;
  try {
    const reference = parseImageName(imageName);
    if (formatReference(reference) === imageName) return reference.domain;
    fault = "repository name must be canonical";
  } catch (error) {
    fault = error instanceof Error ? error.message : String(error);
  }
  throw new Error(
    `${JSON.stringify(imageName)}: ${fault}.\nThis resource requires all image names to be fully qualified.\n` +
      "For example, if you are attempting to push to Dockerhub, prefix your image name with `docker.io`:\n\n" +
      "`docker.io/repository/image:tag`",
  );
}

/** `https://host:port/path` and `host:port/path` both become `host:port`. */
export function hostOf(address: string): string {
  return address.replace(/^https?:\/\//, "").split("/")[0] ?? "";
}
