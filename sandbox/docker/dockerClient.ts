import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { run } from "../system/commands";
import { replaceLink } from "../system/files";
import { findPrograms, searchPath } from "../system/programs";

/** Searched after PATH: a client may be installed where a minimal PATH does not lead. */
const DEFAULT_FOLDERS = ["/usr/local/bin", "/usr/bin", "/bin", "/snap/bin"];

/** From this version on, `docker build` with BuildKit needs the buildx plugin (Docker 23.0 release notes). */
const BUILDX_REQUIRED_FROM = 23;

export interface DockerClient {
  /** The path as found, with links unresolved: some programs depend on the name they are called by. */
  path: string;
  version: string;
  /** How it builds with BuildKit. */
  builder: "buildx" | "built-in";
}

export interface ClientSearch {
  client?: DockerClient;
  /** Clients found earlier, with the reason why they were rejected. */
  rejected: string[];
}

export interface ClientSearchOptions {
  /** Directories in PATH format. Default: PATH, then the usual places. */
  searchPath?: string;
  /** The engine that the client must support. Not checked when omitted. */
  dockerHost?: string;
  /** The client's config directory, which may contain plugins. Default: the client's own default. */
  dockerConfig?: string;
  /** The directory with the sandbox's own link, which is not searched. */
  exclude?: string;
}

/**
 * The first docker client that can actually build with BuildKit: one with a working buildx plugin, or one before Docker
 * 23, which has BuildKit's client built in (`DOCKER_BUILDKIT=1`). It must also work with the engine, because each side
 * rejects API versions that are too old for it.
 */
export async function chooseClient(options: ClientSearchOptions = {}): Promise<ClientSearch> {
  const { dockerHost, dockerConfig } = options;
  const env: NodeJS.ProcessEnv = { ...process.env, DOCKER_BUILDKIT: "1" };
  if (dockerHost !== undefined) {
    env["DOCKER_HOST"] = dockerHost;
  }
  if (dockerConfig !== undefined) {
    env["DOCKER_CONFIG"] = dockerConfig;
  }
  const rejected: string[] = [];
  for (const candidate of findPrograms("docker", searchFolders(options))) {
    const result = await probe(candidate, env, dockerHost);
    if (typeof result === "object") {
      return { client: result, rejected };
    }
    rejected.push(`${candidate} ${result}`);
  }
  return { rejected };
}

async function probe(program: string, env: NodeJS.ProcessEnv, dockerHost?: string): Promise<DockerClient | string> {
  const options = { env, timeoutMs: 15_000 };
  const answer = await run(program, ["--version"], options);
  const version = /^Docker version (\d+)\.[^,\s]*/m.exec(answer.stdout);
  if (answer.code !== 0 || version === null) {
    return "is not a Docker client";
  }
  const number = version[0].slice("Docker version ".length);
  const buildx = (await run(program, ["buildx", "version"], options)).code === 0;
  if (!buildx && Number(version[1]) >= BUILDX_REQUIRED_FROM) {
    return `(${number}) has no buildx plugin and cannot build with BuildKit`;
  }
  if (dockerHost !== undefined) {
    const server = await run(program, ["version", "--format", "{{.Server.Version}}"], options);
    if (server.code !== 0) {
      return `(${number}) does not understand the engine: ${server.stderr.trim().split("\n").at(-1) ?? ""}`;
    }
  }
  return { path: program, version: number, builder: buildx ? "buildx" : "built-in" };
}

function searchFolders(options: ClientSearchOptions): string[] {
  const directories = options.searchPath?.split(path.delimiter) ?? searchPath(...DEFAULT_FOLDERS);
  return directories.filter((directory) => path.isAbsolute(directory) && directory !== options.exclude);
}

/**
 * Links the user's plugins (`~/.docker`) into another config directory, so that a client finds them. Logins are not
 * included.
 */
export function linkUserPlugins(dockerConfig: string, userConfig = path.join(os.homedir(), ".docker")): void {
  const plugins = path.join(userConfig, "cli-plugins");
  const link = path.join(dockerConfig, "cli-plugins");
  if (path.resolve(dockerConfig) === path.resolve(userConfig) || !fs.existsSync(plugins)) {
    return;
  }
  fs.mkdirSync(dockerConfig, { recursive: true, mode: 0o700 });
  if (fs.lstatSync(link, { throwIfNoEntry: false }) === undefined) {
    fs.symlinkSync(plugins, link);
  }
}

/** Makes `<binDirectory>/docker` a link to the client, atomically, so that it is never missing. */
export function linkClient(binDirectory: string, client: DockerClient): void {
  replaceLink(client.path, path.join(binDirectory, "docker"));
}
