import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { run } from "../system/commands";
import { writeFileAtomically } from "../system/files";
import { lastLines } from "../system/lastLines";
import { identify, isRunning, type ProcessIdentity, processesWithArgument, stopProcess } from "../system/processes";
import type { Progress } from "../system/progress";
import { waitUntil } from "../system/waitUntil";
import { DEFAULT_DOCKER_HOST } from "./endpoints";
import { engineRequest } from "./engineApi";
import { findSystemProgram } from "./install";
import { type NetworkNote, noteNetwork, restoreNetwork } from "./network";

/** The places of the sandbox's own daemon. */
export interface DaemonPlaces {
  /** Images, containers and the record of the running daemon; goes with the daemon. Its log is `<directory>.log`. */
  directory: string;
  /** Sockets and pid files. A short path: a Unix socket's may have 107 characters. */
  runDirectory: string;
  dockerHost: string;
  /** Whether the daemon sets up the machine's bridge and firewall, which are then put back after it. */
  changesNetwork: boolean;
}

/** One daemon for all sandboxes of the machine, at the address where any docker client looks first. */
export const HOST_WIDE_DAEMON: DaemonPlaces = {
  directory: "/var/lib/pulumi-ecr-sandbox/docker",
  runDirectory: "/run/pulumi-ecr-sandbox/docker",
  dockerHost: DEFAULT_DOCKER_HOST,
  changesNetwork: true,
};

interface DaemonRecord {
  process: ProcessIdentity;
  storageDriver: string;
  /** Undefined when the daemon leaves the network alone. */
  network?: NetworkNote;
}

export interface StartOptions {
  progress: Progress;
  /** The dockerd program. */
  dockerd: string;
  /** In milliseconds. Default 60 000. */
  timeoutMs?: number;
  /** Further arguments of dockerd. */
  extraArguments?: readonly string[];
}

const START_TIMEOUT_MS = 60_000;
/** dockerd gives containers 5 s (--shutdown-timeout) before it kills them. */
const STOP_GRACE_MS = 20_000;
const ORPHAN_GRACE_MS = 5_000;

/** The record of our daemon when it runs. */
export function runningDaemon(places: DaemonPlaces): { storageDriver: string; pid: number } | undefined {
  const record = readRecord(places);
  return record !== undefined && isRunning(record.process)
    ? { storageDriver: record.storageDriver, pid: record.process.pid }
    : undefined;
}

/**
 * Starts dockerd, apart from this process's terminal and life, and waits until it answers. Storage is overlay2; where
 * the file system cannot do that, fuse-overlayfs when installed, else vfs, which copies every layer. Throws with the
 * end of dockerd's log when it does not come up.
 */
export async function startDaemon(places: DaemonPlaces, options: StartOptions): Promise<void> {
  const earlier = readRecord(places);
  if (earlier !== undefined && isRunning(earlier.process)) {
    // Whoever started it was killed before it answered, or it hangs; a second one on its socket would cut it off.
    options.progress(`The sandbox's Docker (process ${earlier.process.pid}) runs but does not answer yet; waiting`);
    const ended = () => !isRunning(earlier.process);
    const settled = async () => (await answers(places.dockerHost)) || ended();
    if ((await waitUntil(settled, options.timeoutMs ?? START_TIMEOUT_MS, 200)) && !ended()) {
      return;
    }
    await stopProcess(earlier.process, STOP_GRACE_MS);
  }
  await stopOrphans(places);
  // A daemon of ours that died has left its chains behind: what was there before it counts, not before this start.
  const network = earlier?.network ?? (places.changesNetwork ? await noteNetwork() : undefined);
  fs.mkdirSync(places.directory, { recursive: true });
  fs.mkdirSync(places.runDirectory, { recursive: true });
  fs.writeFileSync(
    path.join(places.directory, "daemon-config.json"),
    JSON.stringify(userConfiguration(options.progress)),
  );

  const fallback = findSystemProgram("fuse-overlayfs") === undefined ? "vfs" : "fuse-overlayfs";
  const drivers = earlier === undefined ? ["overlay2", fallback] : [earlier.storageDriver];
  for (const [index, storageDriver] of drivers.entries()) {
    const failure = await attempt(places, storageDriver, network, options);
    if (failure === undefined) {
      return;
    }
    const next = drivers[index + 1];
    if (next === undefined || !/graphdriver|storage-driver|overlay2?\b.*not supported/i.test(failure)) {
      await putBack(network);
      throw new Error(`${failure}\nThe whole log is in ${logFile(places)}.`);
    }
    options.progress(`The storage driver ${storageDriver} does not work here; trying ${next}, which is slower`);
  }
}

/** Stops our daemon if it runs, with the containers in it, and removes all it kept: images, networks, firewall rules. */
export async function stopDaemon(places: DaemonPlaces, progress: Progress): Promise<void> {
  const record = readRecord(places);
  if (record !== undefined && isRunning(record.process)) {
    progress("Stopping the sandbox's Docker and removing its data");
    await removeContainersAndNetworks(places.dockerHost);
    await stopProcess(record.process, STOP_GRACE_MS);
  }
  await stopOrphans(places);
  if (record !== undefined) {
    await putBack(record.network);
    fs.rmSync(logFile(places), { force: true }); // without a record it tells why a start failed, and stays
  }
  for (const directory of [places.runDirectory, places.directory]) {
    await unmountBelow(directory);
    fs.rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
  if (places.dockerHost.startsWith("unix://") && record !== undefined) {
    fs.rmSync(places.dockerHost.slice("unix://".length), { force: true });
  }
}

/**
 * After a crash of dockerd its containerd and the containers' shims live on; their arguments name our directory. A new
 * dockerd takes the process of containerd's pid file for one that works, even one that has ended and was not waited for.
 */
async function stopOrphans(places: DaemonPlaces): Promise<void> {
  for (const orphan of processesWithArgument(`${places.runDirectory}/`)) {
    await stopProcess(orphan, ORPHAN_GRACE_MS);
  }
  fs.rmSync(path.join(places.runDirectory, "exec", "containerd", "containerd.pid"), { force: true });
}

async function attempt(
  places: DaemonPlaces,
  storageDriver: string,
  network: NetworkNote | undefined,
  options: StartOptions,
): Promise<string | undefined> {
  const log = fs.openSync(logFile(places), "w", 0o600);
  const started = Date.now();
  const timeoutMs = options.timeoutMs ?? START_TIMEOUT_MS;
  const args = [
    ...["--config-file", path.join(places.directory, "daemon-config.json")],
    ...["--host", places.dockerHost],
    ...["--data-root", path.join(places.directory, "data")],
    ...["--exec-root", path.join(places.runDirectory, "exec")],
    ...["--pidfile", path.join(places.runDirectory, "docker.pid")],
    ...["--storage-driver", storageDriver],
    ...["--shutdown-timeout", "5"],
    ...(options.extraArguments ?? []),
  ];
  const child = spawn(options.dockerd, args, {
    cwd: "/",
    detached: true,
    env: daemonEnvironment(),
    stdio: ["ignore", log, log],
  });
  fs.closeSync(log);
  const ended = endOf(child);
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity !== undefined) {
    writeRecord(places, { process: identity, storageDriver, network });
  }
  for (let reported = 0; ; ) {
    const end = await Promise.race([ended, pause(100, undefined)]);
    if (end !== undefined) {
      fs.rmSync(recordFile(places), { force: true });
      return `dockerd ${end}:\n${lastLines(fs.readFileSync(logFile(places), "utf8"))}`;
    }
    if (await answers(places.dockerHost)) {
      child.unref();
      return undefined;
    }
    const seconds = Math.floor((Date.now() - started) / 1000);
    if (seconds >= reported + 5) {
      reported = seconds;
      options.progress(`Waiting for dockerd (${seconds} s)`);
    }
    if (Date.now() - started > timeoutMs) {
      if (identity !== undefined) {
        await stopProcess(identity, 5_000);
      }
      fs.rmSync(recordFile(places), { force: true });
      return `dockerd did not answer within ${timeoutMs / 1000} s:\n${lastLines(fs.readFileSync(logFile(places), "utf8"))}`;
    }
  }
}

async function putBack(network: NetworkNote | undefined): Promise<void> {
  if (network !== undefined) {
    await restoreNetwork(network);
  }
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(`could not be started: ${error.message}`));
    child.once("exit", (code, signal) => resolve(`ended with ${signal ?? `code ${code}`}`));
  });
}

async function answers(dockerHost: string): Promise<boolean> {
  try {
    return (await engineRequest(dockerHost, "GET", "/_ping", { timeoutMs: 2_000 })).status === 200;
  } catch {
    return false;
  }
}

/**
 * The machine's own settings for dockerd (mirrors, proxies, address pools) count for the sandbox's daemon too, except
 * those that it sets itself: dockerd refuses a setting that comes both ways.
 */
function userConfiguration(progress: Progress, file = "/etc/docker/daemon.json"): Record<string, unknown> {
  if (!fs.existsSync(file)) {
    return {};
  }
  try {
    const settings = JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, unknown>;
    const own = ["hosts", "data-root", "exec-root", "pidfile", "storage-driver", "storage-opts", "shutdown-timeout"];
    return Object.fromEntries(Object.entries(settings).filter(([name]) => !own.includes(name)));
  } catch (error) {
    progress(`${file} is not valid and is left aside: ${(error as Error).message}`);
    return {};
  }
}

/** Without the client's variables, some of which dockerd reads as well, and with the places of iptables and runc. */
function daemonEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^(DOCKER_|NOTIFY_SOCKET|LISTEN_|npm_|NODE_)/.test(name),
  );
  const environment = Object.fromEntries(entries);
  return {
    ...environment,
    PATH: [environment["PATH"], "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"].filter(Boolean).join(":"),
  };
}

/** Through the engine, since it alone knows which bridges and firewall rules its networks made. */
async function removeContainersAndNetworks(dockerHost: string): Promise<void> {
  try {
    for (const { Id } of await list(dockerHost, "/containers/json?all=true")) {
      await engineRequest(dockerHost, "DELETE", `/containers/${Id}?force=true&v=true`);
    }
    for (const { Id, Name } of await list(dockerHost, "/networks")) {
      if (Name === undefined || !["bridge", "host", "none"].includes(Name)) {
        await engineRequest(dockerHost, "DELETE", `/networks/${Id}`);
      }
    }
  } catch {
    // It no longer answers: what is left goes with its processes and directories.
  }
}

async function list(dockerHost: string, request: string): Promise<{ Id: string; Name?: string }[]> {
  const { body } = await engineRequest(dockerHost, "GET", request);
  return Array.isArray(body) ? (body as { Id: string; Name?: string }[]) : [];
}

/** A directory with something mounted below it must not be removed: that would empty what is mounted. */
async function unmountBelow(directory: string): Promise<void> {
  const mountPoints = () =>
    fs
      .readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .map((line) => line.split(" ")[4] ?? "")
      .filter((point) => point.startsWith(`${directory}/`));
  for (const point of mountPoints().reverse()) {
    await run("umount", [point], { timeoutMs: 60_000 });
  }
  const left = mountPoints();
  if (left.length > 0) {
    throw new Error(`${directory} was not removed, since ${left.join(", ")} could not be unmounted.`);
  }
}

function logFile(places: DaemonPlaces): string {
  return `${places.directory}.log`;
}

function recordFile(places: DaemonPlaces): string {
  return path.join(places.directory, "daemon.json");
}

function readRecord(places: DaemonPlaces): DaemonRecord | undefined {
  try {
    return JSON.parse(fs.readFileSync(recordFile(places), "utf8")) as DaemonRecord;
  } catch {
    return undefined;
  }
}

function writeRecord(places: DaemonPlaces, record: DaemonRecord): void {
  writeFileAtomically(recordFile(places), `${JSON.stringify(record, undefined, 2)}\n`);
}
