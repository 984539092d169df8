import { domainToUnicode } from "node:url";
import { type Fault, refuseFaults } from "../faults";
import { imageTagFaults } from "../tags/imageTags";
import { isDigest } from "./digests";
import { knownPartition } from "./regions";

/**
 * Domains of ECR's registries with their partitions, for standard endpoints (`<account>.dkr.ecr.<region>.<domain>`) and
 * dual-stack ones (`<account>.dkr-ecr.<region>.<domain>`, IPv4 and IPv6). Source: ECR endpoints and quotas in the AWS
 * General Reference, and the hosts that amazon-ecr-credential-helper knows.
 */
const domains: Record<"standard" | "dualStack", Readonly<Record<string, readonly string[]>>> = {
  standard: {
    "amazonaws.com": ["aws", "aws-us-gov"],
    "amazonaws.com.cn": ["aws-cn"],
    "amazonaws.eu": ["aws-eusc"],
    "c2s.ic.gov": ["aws-iso"],
    "sc2s.sgov.gov": ["aws-iso-b"],
    "cloud.adc-e.uk": ["aws-iso-e"],
    "csp.hci.ic.gov": ["aws-iso-f"],
  },
  dualStack: { "on.aws": ["aws", "aws-us-gov"], "on.amazonwebservices.com.cn": ["aws-cn"] },
};

/** ECR Public's host and its dual-stack host. */
export const publicRegistryHosts = ["public.ecr.aws", "ecr-public.aws.com"] as const;

/** The private registry of one account in one region. */
export interface EcrRegistry {
  kind: "ecr";
  /** Twelve digits. */
  account: string;
  region: string;
  /** Whether it is the FIPS endpoint. */
  fips: boolean;
  dualStack: boolean;
  /** The partition's domain: `amazonaws.com`, `amazonaws.com.cn`, … or `on.aws` for dual stack. */
  domain: string;
}

/** The public registry of one account, identified by its alias. */
export interface EcrPublicRegistry {
  kind: "ecrPublic";
  host: (typeof publicRegistryHosts)[number];
  alias: string;
}

/** Any other registry; without `host` it is Docker Hub, as in Docker. */
export interface OtherRegistry {
  kind: "other";
  /** Host name, with `:port` when one is given. */
  host?: string;
}

export type Registry = EcrRegistry | EcrPublicRegistry | OtherRegistry;

/** An image reference: `registry/repository:tag@digest`. */
export interface ImageReference {
  registry: Registry;
  /** The repository's name in its registry, without the alias of a public one. */
  repository: string;
  tag?: string;
  /** `sha256:` and 64 hexadecimal digits, or `sha512:` and 128. */
  digest?: string;
}

const ecrHost = /^([0-9]{12})\.dkr([.-])ecr(-fips)?\.([a-z0-9][a-z0-9-]*)\.([a-z0-9.-]+)$/;
const hostForm =
  /^(?:(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])(?:\.(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]))*|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?$/;
const repositoryPart = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;

/**
 * Length of the longest valid reference: a host of 253 characters and its port, a name of 255, a tag, and a digest.
 * Longer strings are rejected at once, because they would be shown once for each of their parts.
 */
const maximumLength = 800;

/**
 * Whether a host is in its usual notation. Others are ambiguous: `2130706433` and `0x7f.1` connect to 127.0.0.1, but do
 * not compare equal to it.
 */
function isAddress(host: string): boolean {
  const url = `https://${host}`;
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  // Newer versions of Node accept labels that no name encodes to.
  if (/(^|\.)xn--/.test(domainToUnicode(hostname))) return false;
  return !/^[0-9.]+$/.test(hostname) || host.replace(/:[0-9]+$/, "") === hostname;
}

/**
 * Parses the host of an ECR registry; `undefined` for any other host, including one whose region is not in the domain's
 * partition (`….cn-north-1.amazonaws.com`), which does not exist.
 */
export function parseEcrHost(host: string): EcrRegistry | undefined {
  const match = ecrHost.exec(host);
  if (!match) {
    return undefined;
  }
  const [, account = "", separator, fips, region = "", domain = ""] = match;
  const dualStack = separator === "-";
  const known = domains[dualStack ? "dualStack" : "standard"];
  const partitions = Object.hasOwn(known, domain) ? known[domain] : undefined;
  const partition = knownPartition(region);
  if (partitions === undefined || (partition !== undefined && !partitions.includes(partition))) {
    return undefined;
  }
  return { kind: "ecr", account, region, fips: fips !== undefined, dualStack, domain };
}

/** The host before the first `/` of a reference, with its port; `undefined` for Docker Hub's short form. */
export function registryHost(registry: Registry): string | undefined {
  switch (registry.kind) {
    case "ecr": {
      const service = `${registry.dualStack ? "dkr-ecr" : "dkr.ecr"}${registry.fips ? "-fips" : ""}`;
      return `${registry.account}.${service}.${registry.region}.${registry.domain}`;
    }
    case "ecrPublic":
      return registry.host;
    case "other":
      return registry.host;
  }
}

/** The parsed reference, or the reasons why it is not one. */
function readReference(text: unknown, path: string): { reference?: ImageReference; faults: Fault[] } {
  const faults: Fault[] = [];
  const fault = (rule: string, fix: string) => faults.push({ path, value: text, rule, fix });
  if (typeof text !== "string" || text === "") {
    fault("an image reference must be a string.", 'write one such as "public.ecr.aws/docker/library/node:22".');
    return { faults };
  }
  if (text.length > maximumLength) {
    fault(`an image reference can have at most ${maximumLength} characters.`, "write only the image's address.");
    return { faults };
  }
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  // A colon after the last slash starts a tag; before it, a port.
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  const place = colon < 0 ? named : named.slice(0, colon);

  if (digest !== undefined && !isDigest(digest)) {
    fault(
      "what follows `@` must be a digest: `sha256:` and 64 hexadecimal digits, or `sha512:` and 128.",
      "copy the whole digest, in lower case.",
    );
  }
  if (tag !== undefined) {
    faults.push(...imageTagFaults(tag, path).map((each) => ({ ...each, value: text })));
  }
  const slash = place.indexOf("/");
  const first = slash < 0 ? "" : place.slice(0, slash);
  // Docker's rule: the first part is a host when it has a dot, a port, or an uppercase letter, or is localhost.
  const hasHost = /[.:A-Z[]/.test(first) || first === "localhost";
  const host = hasHost ? first : undefined;
  if (host !== undefined && !(hostForm.test(host) && isAddress(host))) {
    fault(
      "the part before the first `/` must be a registry's host, with or without a port.",
      'write it as "host" or "host:5000", without a scheme; an IPv4 address as "127.0.0.1".',
    );
  }
  let parts = (hasHost ? place.slice(slash + 1) : place).split("/");
  for (const part of new Set(parts)) {
    if (!repositoryPart.test(part)) {
      fault(
        `each part of a repository's name must be lower-case letters and digits with \`.\`, \`_\`, \`__\` or \`-\` between them; ${JSON.stringify(part)} is not.`,
        "write the repository's name as its registry shows it.",
      );
    }
  }
  let registry: Registry = host === undefined ? { kind: "other" } : (parseEcrHost(host) ?? { kind: "other", host });
  const publicHost = publicRegistryHosts.find((each) => each === host);
  if (publicHost !== undefined) {
    const [alias = "", ...rest] = parts;
    if (rest.length === 0) {
      fault(
        "an ECR Public reference must have the registry's alias before the repository.",
        `write "${publicHost}/<alias>/<repository>".`,
      );
    }
    registry = { kind: "ecrPublic", host: publicHost, alias };
    parts = rest;
  }
  if (faults.length > 0) {
    return { faults };
  }
  return {
    faults,
    reference: { registry, repository: parts.join("/"), ...(tag && { tag }), ...(digest && { digest }) },
  };
}

/** Why a string is not an image reference. Never throws. */
export function imageReferenceFaults(text: unknown, path: string): Fault[] {
  return readReference(text, path).faults;
}

/**
 * Parses an image reference; `printImageReference` is the inverse.
 *
 * @throws InvalidInputError with every fault when the string is not one.
 */
export function parseImageReference(text: string, path = "image"): ImageReference {
  const { reference, faults } = readReference(text, path);
  refuseFaults("image reference", faults);
  // `read` returns a reference exactly when there are no faults.
  return reference as ImageReference;
}

/** A repository's location in the registry protocol: host with port (`docker.io` for Docker Hub) and path. */
export function hostAndPath({ registry, repository }: Pick<ImageReference, "registry" | "repository">): {
  host: string;
  path: string;
} {
  const path = registry.kind === "ecrPublic" ? `${registry.alias}/${repository}` : repository;
  return { host: registryHost(registry) ?? "", path };
}

/** Formats an image reference. */
export function printImageReference({ registry, repository, tag, digest }: ImageReference): string {
  const host = registryHost(registry);
  const place = [host, registry.kind === "ecrPublic" ? registry.alias : undefined, repository].filter(
    (part) => part !== undefined,
  );
  return `${place.join("/")}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

/**
 * The registry with its standard host: its FIPS and dual-stack endpoints, and ECR Public's dual-stack one, have the
 * same images.
 */
export function withStandardHost(registry: Registry): Registry {
  if (registry.kind === "ecrPublic") {
    return { ...registry, host: "public.ecr.aws" };
  }
  if (registry.kind !== "ecr") {
    return registry;
  }
  const domain = registry.domain
    .replace(/^on\.aws$/, "amazonaws.com")
    .replace(/^on\.amazonwebservices\.com\.cn$/, "amazonaws.com.cn");
  return { ...registry, fips: false, dualStack: false, domain };
}

/** Docker Hub's host in full references. */
export const dockerHubHost = "docker.io";
/** Docker Hub's other hosts in references. */
const dockerHubHosts: readonly (string | undefined)[] = [undefined, "index.docker.io", "registry-1.docker.io"];
/** Docker Hub's namespace for images without a slash. */
const officialImages = "library/";

/**
 * The reference with Docker's implied parts: Docker Hub's host, `library/` before an official image, and the tag
 * `latest` when there is neither tag nor digest. `node` becomes `docker.io/library/node:latest`. Two references to the
 * same image in Docker have the same canonical form. Source: Docker's distribution/reference, Normalized names.
 */
export function canonicalReference({ registry, repository, tag, digest }: ImageReference): ImageReference {
  const version = tag === undefined && digest === undefined ? { tag: "latest" } : { tag, digest };
  const present = Object.fromEntries(Object.entries(version).filter(([, value]) => value !== undefined));
  const isDockerHub =
    registry.kind === "other" && (registry.host === dockerHubHost || dockerHubHosts.includes(registry.host));
  if (!isDockerHub) return { registry, repository, ...present };
  return {
    registry: { kind: "other", host: dockerHubHost },
    repository: repository.includes("/") ? repository : officialImages + repository,
    ...present,
  };
}
