import { dockerLogin } from "../../components/images/dockerLogin";
import { canonicalReference, hostAndPath, parseImageReference } from "../../ecr/names/imageReference";
import { RegistryLogin } from "../../ecr/registry/registryLogin";
import { RegistryClient } from "../../oci/registryClient";
import type { Login } from "./inputs";

/** A parsed image address with a client for its repository. */
export interface RepositoryTarget {
  client: RegistryClient;
  /** `<host>/<repository>`, as written. */
  url: string;
  /** Digest, otherwise tag; undefined in a repository's address. */
  reference: string | undefined;
}

/**
 * Opens the repository of an address. Credentials are for the address's own host; without any, those from
 * `docker login` are used.
 */
export function openRepository(address: string, { username = "", password = "" }: Login = {}): RepositoryTarget {
  const named = canonicalReference(parseImageReference(address));
  const { digest, tag } = named;
  const { host, path } = hostAndPath(named);
  const login = password === "" ? dockerLogin(host) : RegistryLogin.ofHost(host, { username, password });
  const client = new RegistryClient(host, path, login, async () => {
    // Its clients take a tenth of a second to load, and are rarely needed.
    const { freshLogin } = require("./freshLogin") as typeof import("./freshLogin");
    return freshLogin(host);
  });
  return { client, url: withoutReference(address), reference: digest ?? (hasTag(address) ? tag : undefined) };
}

/** Returns `<host>/<repository>` of `<host>/<repository>:<tag>@<digest>`. */
export function withoutReference(address: string): string {
  return address.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
}

function hasTag(address: string): boolean {
  return withoutReference(address) !== address.replace(/@.*$/, "");
}
