import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { dockerHubHost } from "../../ecr/names/imageReference";
import { type Credentials, RegistryLogin } from "../../ecr/registry/registryLogin";

interface DockerConfig {
  auths?: Record<string, { auth?: string; username?: string; password?: string }>;
  credsStore?: string;
  credHelpers?: Record<string, string>;
}

/** The address `docker login` stores Docker Hub's credentials under. */
const dockerHubAddress = "https://index.docker.io/v1/";

/**
 * The credentials that `docker login` stored for a registry: in Docker's configuration ($DOCKER_CONFIG or ~/.docker),
 * or in its credential helper. Undefined when there are none; a token without a user name does not count.
 *
 * @param host The registry's host, with its port; `docker.io` for Docker Hub.
 */
export function dockerLogin(host: string, environment: NodeJS.ProcessEnv = process.env): RegistryLogin | undefined {
  const credentials = findCredentials(host, environment);
  return credentials && RegistryLogin.ofHost(host, credentials);
}

function findCredentials(host: string, environment: NodeJS.ProcessEnv): Credentials | undefined {
  const config = readConfig(environment);
  const address = host === dockerHubHost ? dockerHubAddress : host;
  const { credHelpers = {}, credsStore } = config;
  // The host could equal a property that every object inherits.
  const helper = Object.hasOwn(credHelpers, host) ? credHelpers[host] : credsStore;
  if (helper) {
    const login = runCredentialHelper(helper, address, environment);
    if (login !== undefined) return login;
  }
  const entry = Object.entries(config.auths ?? {}).find(([key]) => hostOf(key) === hostOf(address))?.[1];
  if (entry === undefined) return undefined;
  const decoded = Buffer.from(entry.auth ?? "", "base64").toString();
  const separator = decoded.indexOf(":");
  return credentialsOf(
    entry.username ?? decoded.slice(0, Math.max(separator, 0)),
    entry.password ?? decoded.slice(separator + 1),
  );
}

function readConfig(environment: NodeJS.ProcessEnv): DockerConfig {
  const folder = environment["DOCKER_CONFIG"] || path.join(os.homedir(), ".docker");
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, "config.json"), "utf8")) as DockerConfig;
  } catch {
    // Missing, or a configuration that Docker cannot read either: no credentials.
    return {};
  }
}

/** Docker's credential helper protocol: the address on stdin, JSON or an error on stdout. */
function runCredentialHelper(helper: string, address: string, environment: NodeJS.ProcessEnv): Credentials | undefined {
  const answer = spawnSync(`docker-credential-${helper}`, ["get"], {
    input: address,
    encoding: "utf8",
    timeout: 20_000,
    env: environment,
  });
  if (answer.status !== 0) return undefined;
  try {
    const { Username = "", Secret = "" } = JSON.parse(answer.stdout) as { Username?: string; Secret?: string };
    return Username === "<token>" ? undefined : credentialsOf(Username, Secret);
  } catch {
    return undefined;
  }
}

function credentialsOf(username: string, password: string): Credentials | undefined {
  return username === "" || password === "" ? undefined : { username, password };
}

function hostOf(address: string): string {
  return address.replace(/^https?:\/\//, "").split("/")[0] ?? "";
}
