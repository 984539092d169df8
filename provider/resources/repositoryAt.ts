import { dockerLogin } from "../../components/images/dockerLogin";
import { canonicalReference, parseImageReference, registryPlace } from "../../ecr/imageReference";
import { RegistryLogin } from "../../ecr/registryLogin";
import { RegistryClient } from "../../oci/registryClient";
import type { Login } from "./inputs";

/** An image's address taken apart, with a client for the repository that it is in. */
export interface RepositoryAt {
  client: RegistryClient;
  /** `<host>/<repository>`, as it was written. */
  url: string;
  /** Digest, else tag; undefined in the address of a repository. */
  reference: string | undefined;
}

/** Opens the repository of an address. Its login is for the address's own host; without one, what `docker login` left counts. */
export function repositoryAt(address: string, { username = "", password = "" }: Login = {}): RepositoryAt {
  const named = canonicalReference(parseImageReference(address));
  const { digest, tag } = named;
  const { host, path } = registryPlace(named);
  const login = password === "" ? dockerLogin(host) : RegistryLogin.ofHost(host, { username, password });
  const client = new RegistryClient(host, path, login, async () => {
    // Its clients take a tenth of a second to load, and are rarely needed.
    const { freshLogin } = require("./freshLogin") as typeof import("./freshLogin");
    return freshLogin(host);
  });
  return { client, url: withoutReference(address), reference: digest ?? (hasTag(address) ? tag : undefined) };
}

/** `<host>/<repository>` of `<host>/<repository>:<tag>@<digest>`. */
export function withoutReference(address: string): string {
  return address.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
}

function hasTag(address: string): boolean {
  return withoutReference(address) !== address.replace(/@.*$/, "");
}
