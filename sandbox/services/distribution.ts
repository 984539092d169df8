import * as fs from "node:fs";
import * as http from "node:http";
import * as path from "node:path";
import type { GarbageCollectionConfig } from "../gateway/config";
import { removeBrokenLinks } from "../gateway/storage/distributionFiles";
import { cacheDirectory } from "../paths";
import { aptGetOrThrow } from "../system/apt";
import { run, runOrThrow } from "../system/commands";
import { withLock } from "../system/fileLock";
import { createAtomically, removeUnfinished, writeFileAtomically } from "../system/files";
import { findProgram } from "../system/programs";
import type { Progress } from "../system/progress";
import { socketAddress } from "../system/sockets";
import { persistedSecret } from "./persistedSecret";
import { isRunning, startProcess, stopProcess, waitUntilReady } from "./processes";

const name = "distribution";
const startMilliseconds = 15_000;

/** Makes Go collect garbage early. Lower values save two more megabytes, but double the time of a push. */
const thriftyGo = { GOGC: "50", GOMEMLIMIT: "24MiB" };

/** Command names of CNCF Distribution: in Debian's package and in its own releases. */
const commandNames = ["docker-registry", "registry"];

/**
 * Provides CNCF Distribution: a command on PATH, or Debian's package unpacked in the user's cache. Nothing is installed
 * system-wide, and root is not needed.
 *
 * @returns The path of the program.
 * @throws Error when neither is available.
 */
export async function installDistribution({ progress = () => {} }: { progress?: Progress } = {}): Promise<string> {
  const found = await findDistribution();
  if (found !== undefined) {
    return found;
  }
  if (findProgram("apt-get") === undefined || findProgram("dpkg") === undefined) {
    throw new Error(
      "CNCF Distribution is missing: there is no `docker-registry` or `registry` on PATH, and no apt-get to install " +
        "Debian's package. Put the `registry` program of a CNCF Distribution release on PATH.",
    );
  }
  return unpackDebianPackage(progress);
}

/** An existing program: on PATH, or unpacked earlier; `undefined` when it must be downloaded. */
export async function findDistribution(): Promise<string | undefined> {
  for (const command of commandNames) {
    const found = findProgram(command);
    if (found !== undefined && (await isDistribution(found))) {
      return found;
    }
  }
  return unpackedProgram();
}

async function isDistribution(program: string): Promise<boolean> {
  const { stdout } = await run(program, ["--version"], { timeoutMs: 10_000 });
  return stdout.includes("docker/distribution") || stdout.includes("distribution/distribution");
}

async function unpackDebianPackage(progress: Progress): Promise<string> {
  const onWait = (holder: string) => progress(`waiting for ${holder}, which is already installing docker-registry`);
  return (
    unpackedProgram() ??
    withLock(cacheDirectory(`${name}.lock`), async () => unpackedProgram() ?? unpackNow(progress), { onWait })
  );
}

async function unpackNow(progress: Progress): Promise<string> {
  progress("fetching docker-registry from Debian");
  const version = await candidateVersion(progress);
  const folder = cacheDirectory(name, version.replace(/[^A-Za-z0-9.+~-]/g, "_"));
  removeUnfinished(path.dirname(folder));
  await createAtomically(folder, async (temporary) => {
    await aptGetOrThrow(["download", "--quiet", "docker-registry"], { cwd: temporary });
    const archive = fs.readdirSync(temporary).find((file) => file.endsWith(".deb"));
    if (archive === undefined) {
      throw new Error("apt-get download docker-registry left no package.");
    }
    await runOrThrow("dpkg", ["-x", path.join(temporary, archive), temporary]);
    fs.rmSync(path.join(temporary, archive));
    return temporary;
  });
  return programIn(folder);
}

/** The program of any version unpacked earlier: checking apt for the newest takes a second. */
function unpackedProgram(): string | undefined {
  const folder = cacheDirectory(name);
  const names = fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
  const versions = names.filter((each) => !each.startsWith(".")); // the others are unfinished
  return versions.map((version) => programIn(path.join(folder, version))).findLast((program) => fs.existsSync(program));
}

function programIn(folder: string): string {
  return path.join(folder, "usr", "bin", "docker-registry");
}

async function candidateVersion(progress: Progress): Promise<string> {
  const ask = async () => /Candidate: (\d\S*)/.exec(await runOrThrow("apt-cache", ["policy", "docker-registry"]))?.[1];
  const known = await ask();
  if (known !== undefined) {
    return known;
  }
  progress("reading Debian's package lists");
  await aptGetOrThrow(["update", "--quiet"]);
  const version = await ask();
  if (version === undefined) {
    throw new Error("apt has no package docker-registry, and PATH has no `registry` program of CNCF Distribution.");
  }
  return version;
}

/** Distribution's storage root. */
export function distributionStorage(home: string): string {
  return path.join(home, name, "storage");
}

/** Relative to the home, where Distribution runs: the socket's path stays short, wherever the home is. */
const socketName = path.join("run", `${name}.sock`);

/**
 * Starts Distribution, unless it is running. It has no authentication, so it has no port either: it listens on a socket
 * in the home, which only its owner can access.
 *
 * @returns The socket's path.
 */
export async function startDistribution(home: string, program: string, progress: Progress = () => {}): Promise<string> {
  const socket = path.join(home, socketName);
  const config = configText(home);
  if (isRunning(home, name) && readConfig(home) !== config) {
    progress("stopping CNCF Distribution: its settings have changed");
    await stopProcess(home, name);
  }
  if (!isRunning(home, name)) {
    progress("starting CNCF Distribution");
    const file = configFile(home);
    writeFileAtomically(file, config, 0o600);
    // The caller's REGISTRY_* variables would override the config.
    const env = { PATH: process.env["PATH"], HOME: home, OTEL_TRACES_EXPORTER: "none", ...thriftyGo };
    await collectGarbage(home, program, file, env);
    startProcess(home, { name, command: program, args: ["serve", file], env });
  }
  const question = { socketPath: socketAddress(socket), path: "/v2/" };
  await waitUntilReady(home, name, () => answers(question), startMilliseconds);
  return socket;
}

export const distributionProcess = name;

/** The command of Distribution's garbage collector, for the gateway, which runs it when idle. */
export function garbageCollector(home: string, program: string): GarbageCollectionConfig {
  return { command: program, args: ["garbage-collect", configFile(home)] };
}

/**
 * Repairs what a kill left behind, and frees layers of deleted images: both require that nothing is being written, as
 * before a start.
 */
async function collectGarbage(home: string, program: string, config: string, env: NodeJS.ProcessEnv): Promise<void> {
  if (fs.existsSync(path.join(distributionStorage(home), "docker", "registry", "v2", "repositories"))) {
    removeBrokenLinks(distributionStorage(home));
    // A failure here only costs disk space.
    await run(program, ["garbage-collect", config], { env });
  }
}

function configFile(home: string): string {
  return path.join(home, name, "config.yml");
}

function readConfig(home: string): string | undefined {
  const file = configFile(home);
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
}

/** JSON is valid YAML, and needs no serializer. */
function configText(home: string): string {
  const config = {
    version: 0.1,
    log: { level: "warn", accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: distributionStorage(home) },
      delete: { enabled: true },
      redirect: { disable: true },
      maintenance: { uploadpurging: { enabled: true, age: "168h", interval: "24h", dryrun: false } },
    },
    // Non-distributable layers (Windows base layers) have URLs instead of being stored here.
    validation: { manifests: { urls: { allow: ["^https?://"] } } },
    http: {
      net: "unix",
      addr: socketName,
      relativeurls: true,
      // Signs upload sessions; kept, so that a push can continue after a restart.
      secret: persistedSecret(path.join(home, name, "secret")),
    },
  };
  return JSON.stringify(config, undefined, 2);
}

/** Whether a service responds to a GET with success within two seconds. */
export function answers(question: http.RequestOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get({ ...question, agent: false, timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}
