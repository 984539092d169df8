import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { engineRequest } from "./engineApi";

/** Docker's default address; the sandbox's own daemon uses it, too, so that `docker ps` finds it. */
export const DEFAULT_DOCKER_HOST = "unix:///var/run/docker.sock";

/** An address where a Docker engine may listen, and its source. */
export interface Endpoint {
  dockerHost: string;
  /** For messages: "DOCKER_HOST", "the Docker context …" or "the default socket". */
  origin: string;
}

export interface Engine extends Endpoint {
  version: string;
  /** As in image platforms: "amd64", "arm64". */
  architecture: string;
}

export interface EngineSearch {
  /** The first endpoint with a usable engine. */
  engine?: Engine;
  /** Engines that respond but are not usable. Endpoints where nothing listens are not listed. */
  rejected: RejectedEngine[];
}

export interface RejectedEngine extends Endpoint {
  /** Why the sandbox cannot use it, as the end of a sentence. */
  reason: string;
}

/**
 * Addresses to try, in the docker client's order: DOCKER_HOST, otherwise DOCKER_CONTEXT or the current context in its
 * config file; then the default socket.
 */
export function dockerEndpoints(env: NodeJS.ProcessEnv = process.env): Endpoint[] {
  const endpoints: Endpoint[] = [];
  const fallback = { dockerHost: DEFAULT_DOCKER_HOST, origin: "the default socket" };
  if (env["DOCKER_HOST"]) {
    endpoints.push({ dockerHost: env["DOCKER_HOST"], origin: "DOCKER_HOST" });
  } else {
    const config = env["DOCKER_CONFIG"] || path.join(env["HOME"] ?? os.homedir(), ".docker");
    const context = env["DOCKER_CONTEXT"] || readField(path.join(config, "config.json"), ["currentContext"]);
    if (context !== undefined && context !== "default") {
      const key = createHash("sha256").update(context).digest("hex");
      const meta = path.join(config, "contexts", "meta", key, "meta.json");
      const dockerHost = readField(meta, ["Endpoints", "docker", "Host"]);
      if (dockerHost !== undefined) {
        endpoints.push({ dockerHost, origin: `the Docker context "${context}"` });
      }
    }
  }
  return endpoints.some(({ dockerHost }) => isSameSocket(dockerHost, DEFAULT_DOCKER_HOST))
    ? endpoints
    : [...endpoints, fallback];
}

/** Checks each endpoint in turn. Takes milliseconds when a socket responds or does not exist. */
export async function findEngine(endpoints: readonly Endpoint[]): Promise<EngineSearch> {
  const rejected: RejectedEngine[] = [];
  for (const endpoint of endpoints) {
    const result = isLocal(endpoint.dockerHost)
      ? await probe(endpoint)
      : "is on another machine, which cannot reach the registries on this machine's 127.0.0.1";
    if (typeof result === "object") {
      return { engine: result, rejected };
    }
    if (result !== undefined) {
      rejected.push({ ...endpoint, reason: result });
    }
  }
  return { rejected };
}

async function probe(endpoint: Endpoint): Promise<Engine | string | undefined> {
  let version: Record<string, unknown>;
  let info: Record<string, unknown>;
  try {
    version = asRecord((await engineRequest(endpoint.dockerHost, "GET", "/version", { timeoutMs: 5_000 })).body);
    info = asRecord((await engineRequest(endpoint.dockerHost, "GET", "/info", { timeoutMs: 15_000 })).body);
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    if (code === "EACCES") {
      return `may not be used by ${os.userInfo().username}: join the group of the socket ("usermod -aG docker …", then log in again)`;
    }
    return name === "TimeoutError" || name === "AbortError" ? "did not answer in time" : undefined;
  }
  return judge(endpoint, version, info);
}

/** A usable engine, or why it is not usable, as the end of a sentence. */
export function judge(
  endpoint: Endpoint,
  version: Record<string, unknown>,
  info: Record<string, unknown>,
): Engine | string {
  if (typeof version["Version"] !== "string" || typeof version["Arch"] !== "string") {
    return "does not answer as a Docker engine";
  }
  const securityOptions = Array.isArray(info["SecurityOptions"]) ? info["SecurityOptions"].map(String) : [];
  const components = Array.isArray(version["Components"])
    ? version["Components"].map((part) => asRecord(part)["Name"])
    : [];
  if (info["OperatingSystem"] === "Docker Desktop") {
    return "is Docker Desktop, whose virtual machine cannot reach the registries on this machine's 127.0.0.1; use a Docker engine on this machine itself";
  }
  if (securityOptions.some((option) => option.includes("rootless"))) {
    return "is rootless, in a network of its own that cannot reach the registries on this machine's 127.0.0.1; use the system's Docker engine";
  }
  if (components.includes("Podman Engine")) {
    return "is Podman, which does not build with BuildKit";
  }
  if (version["Os"] !== "linux") {
    return `runs ${String(version["Os"])} containers; the images are for Linux`;
  }
  return { ...endpoint, version: version["Version"], architecture: version["Arch"] };
}

function isLocal(dockerHost: string): boolean {
  if (dockerHost.startsWith("unix://")) {
    return true;
  }
  try {
    const { protocol, hostname } = new URL(dockerHost);
    return (protocol === "tcp:" || protocol === "http:") && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  } catch {
    return false;
  }
}

/** /var/run links to /run on today's distributions, so both are the same socket. */
export function isSameSocket(a: string, b: string): boolean {
  const normalize = (dockerHost: string) => dockerHost.replace("unix:///run/", "unix:///var/run/");
  return normalize(a) === normalize(b);
}

function readField(file: string, keys: readonly string[]): string | undefined {
  try {
    let value: unknown = JSON.parse(fs.readFileSync(file, "utf8"));
    for (const key of keys) {
      value = asRecord(value)[key];
    }
    return typeof value === "string" && value !== "" ? value : undefined;
  } catch {
    return undefined;
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
