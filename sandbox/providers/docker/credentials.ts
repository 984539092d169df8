import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { RegistryInputs } from "./imageInputs";
import { hostOf, registryAddress } from "./references";

/** Credentials in the Engine API's format. */
export interface RegistryAuth {
  readonly username: string;
  readonly password: string;
  readonly serveraddress: string;
}

export interface Credentials {
  /** For the image's own registry: pushes, and the images of `cacheFrom`. Undefined: anonymous. */
  readonly own: RegistryAuth | undefined;
  /**
   * By registry, for images pulled during a build: those from the Docker client's configuration, and the image's own.
   */
  readonly all: Readonly<Record<string, RegistryAuth>>;
  readonly warnings: readonly string[];
}

/**
 * The resource's own credentials; otherwise, as in the released provider, those that `docker login` stored in the
 * client's configuration ($DOCKER_CONFIG or ~/.docker), which is only read. Credential helpers are not run.
 */
export function findCredentials(
  registry: RegistryInputs,
  imageName: string,
  needed: boolean,
  environment: NodeJS.ProcessEnv = process.env,
): Credentials {
  const warnings: string[] = [];
  const all = clientCredentials(environment, warnings);
  if (!needed) return { own: undefined, all, warnings: [] };
  const address = registryAddress(registry.server, imageName);
  if (registry.username !== "" && registry.password !== "") {
    const own = { username: registry.username, password: registry.password, serveraddress: address };
    return { own, all: { ...all, [address]: own }, warnings: [] };
  }
  if (registry.username === "" && registry.password !== "") {
    warnings.push("username was not set, although password was; using host credentials file");
  }
  if (registry.password === "" && registry.username !== "") {
    warnings.push("password was not set, although username was; using host credentials file");
  }
  return { own: all[address], all, warnings };
}

interface ClientConfig {
  readonly auths?: Readonly<Record<string, { auth?: string; username?: string; password?: string }>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

function clientCredentials(environment: NodeJS.ProcessEnv, warnings: string[]): Record<string, RegistryAuth> {
  const file = path.join(environment["DOCKER_CONFIG"] || path.join(os.homedir(), ".docker"), "config.json");
  let config: ClientConfig;
  try {
    config = JSON.parse(fs.readFileSync(file, "utf8")) as ClientConfig;
  } catch {
    return {};
  }
  if (config.credsStore || Object.keys(config.credHelpers ?? {}).length > 0) {
    warnings.push(
      `${file} stores logins in a credential helper, which the sandbox's stand-in does not run; ` +
        "set registry.username and registry.password",
    );
  }
  const result: Record<string, RegistryAuth> = {};
  for (const [address, entry] of Object.entries(config.auths ?? {})) {
    const decoded = Buffer.from(entry.auth ?? "", "base64").toString();
    const separator = decoded.indexOf(":");
    const username = entry.username ?? decoded.slice(0, Math.max(separator, 0));
    const password = entry.password ?? decoded.slice(separator + 1).replace(/\0+$/, "");
    if (username === "" || password === "") continue;
    const key = hostOf(address) === "index.docker.io" ? "https://index.docker.io/v1/" : hostOf(address);
    result[key] = { username, password, serveraddress: key };
  }
  return result;
}

/** The value of the X-Registry-Auth and X-Registry-Config headers. */
export function encodeAuth(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
