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
import { daemonEnvironment, userConfiguration } from "./daemonSettings";
import { DEFAULT_DOCKER_HOST } from "./endpoints";
import { engineRequest } from "./engineApi";
import { findSystemProgram } from "./install";
import { type NetworkNote, noteNetwork, restoreNetwork } from "./network";

/** Paths of the sandbox's own daemon. */
export interface DaemonPaths {
  /**
   * Images, containers, and the record of the running daemon; removed with the daemon. Its log is `<directory>.log`.
   */
  directory: string;
  /** Sockets and pid files. A short path, because a Unix socket's is limited to 107 characters. */
  runDirectory: string;
  dockerHost: string;
  /** Whether the daemon changes the machine's bridge and firewall, which are then restored afterwards. */
  changesNetwork: boolean;
}

/** One daemon for all sandboxes on the machine, at the address that docker clients try first. */
export const HOST_WIDE_DAEMON: DaemonPaths = {
  directory: "/var/lib/pulumi-ecr-sandbox/docker",
  runDirectory: "/run/pulumi-ecr-sandbox/docker",
  dockerHost: DEFAULT_DOCKER_HOST,
  changesNetwork: true,
};

interface DaemonRecord {
  process: ProcessIdentity;
  storageDriver: string;
  /** Undefined when the daemon does not change the network. */
  network?: NetworkNote;
}

export interface StartOptions {
  progress: Progress;
  /** The dockerd program. */
  dockerd: string;
  /** In milliseconds. Default 60 000. */
  timeoutMs?: number;
  /** Additional arguments for dockerd. */
  extraArguments?: readonly string[];
}

const START_TIMEOUT_MS = 60_000;
/** dockerd gives containers 5 s (--shutdown-timeout) before it kills them. */
const STOP_GRACE_MS = 20_000;
const ORPHAN_GRACE_MS = 5_000;

/** The record of our daemon, if it is running. */
export function runningDaemon(paths: DaemonPaths): { storageDriver: string; pid: number } | undefined {
  const record = readRecord(paths);
  return record !== undefined && isRunning(record.process)
    ? { storageDriver: record.storageDriver, pid: record.process.pid }
    : undefined;
}

/**
 * Starts dockerd, detached from this process and its terminal, and waits until it responds. Uses overlay2; if the file
 * system does not support it, fuse-overlayfs when installed, otherwise vfs, which copies every layer. If it does not
 * start, throws with the end of dockerd's log.
 */
export async function startDaemon(paths: DaemonPaths, options: StartOptions): Promise<void> {
  const earlier = readRecord(paths);
  if (earlier !== undefined && isRunning(earlier.process)) {
    // The process that started it was killed before it responded, or it hangs; a second one on the same socket would
    // disconnect it.
    options.progress(`The sandbox's Docker (process ${earlier.process.pid}) runs but does not answer yet; waiting`);
    const ended = () => !isRunning(earlier.process);
    const settled = async () => (await answers(paths.dockerHost)) || ended();
    if ((await waitUntil(settled, options.timeoutMs ?? START_TIMEOUT_MS, 200)) && !ended()) {
      return;
    }
    await stopProcess(earlier.process, STOP_GRACE_MS);
  }
  await stopOrphans(paths);
  // If our previous daemon died, its chains are still there: keep the note taken before it, not before this start.
  const network = earlier?.network ?? (paths.changesNetwork ? await noteNetwork() : undefined);
  fs.mkdirSync(paths.directory, { recursive: true });
  fs.mkdirSync(paths.runDirectory, { recursive: true });
  fs.writeFileSync(
    path.join(paths.directory, "daemon-config.json"),
    JSON.stringify(userConfiguration(options.progress)),
  );

  const fallback = findSystemProgram("fuse-overlayfs") === undefined ? "vfs" : "fuse-overlayfs";
  const drivers = earlier === undefined ? ["overlay2", fallback] : [earlier.storageDriver];
  for (const [index, storageDriver] of drivers.entries()) {
    const failure = await attempt(paths, storageDriver, network, options);
    if (failure === undefined) {
      return;
    }
    const next = drivers[index + 1];
    if (next === undefined || !/graphdriver|storage-driver|overlay2?\b.*not supported/i.test(failure)) {
      await restoreAfterDaemon(network);
      throw new Error(`${failure}\nThe whole log is in ${logFile(paths)}.`);
    }
    options.progress(`The storage driver ${storageDriver} does not work here; trying ${next}, which is slower`);
  }
}

/**
 * Stops our daemon if it is running, with its containers, and removes everything it stored: images, networks, firewall
 * rules.
 */
export async function stopDaemon(paths: DaemonPaths, progress: Progress): Promise<void> {
  const record = readRecord(paths);
  if (record !== undefined && isRunning(record.process)) {
    progress("Stopping the sandbox's Docker and removing its data");
    await removeContainersAndNetworks(paths.dockerHost);
    await stopProcess(record.process, STOP_GRACE_MS);
  }
  await stopOrphans(paths);
  if (record !== undefined) {
    await restoreAfterDaemon(record.network);
    fs.rmSync(logFile(paths), { force: true }); // without a record it explains why a start failed, and is kept
  }
  for (const directory of [paths.runDirectory, paths.directory]) {
    await unmountBelow(directory);
    fs.rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
  if (paths.dockerHost.startsWith("unix://") && record !== undefined) {
    fs.rmSync(paths.dockerHost.slice("unix://".length), { force: true });
  }
}

/**
 * After dockerd crashes, its containerd and the containers' shims keep running; their arguments contain our directory.
 * A new dockerd takes the process in containerd's pid file for a working one, even if it has ended but was not reaped.
 */
async function stopOrphans(paths: DaemonPaths): Promise<void> {
  for (const orphan of processesWithArgument(`${paths.runDirectory}/`)) {
    await stopProcess(orphan, ORPHAN_GRACE_MS);
  }
  fs.rmSync(path.join(paths.runDirectory, "exec", "containerd", "containerd.pid"), { force: true });
}

async function attempt(
  paths: DaemonPaths,
  storageDriver: string,
  network: NetworkNote | undefined,
  options: StartOptions,
): Promise<string | undefined> {
  const log = fs.openSync(logFile(paths), "w", 0o600);
  const started = Date.now();
  const timeoutMs = options.timeoutMs ?? START_TIMEOUT_MS;
  const args = [
    ...["--config-file", path.join(paths.directory, "daemon-config.json")],
    ...["--host", paths.dockerHost],
    ...["--data-root", path.join(paths.directory, "data")],
    ...["--exec-root", path.join(paths.runDirectory, "exec")],
    ...["--pidfile", path.join(paths.runDirectory, "docker.pid")],
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
    writeRecord(paths, { process: identity, storageDriver, network });
  }
  for (let reported = 0; ; ) {
    const end = await Promise.race([ended, pause(100, undefined)]);
    if (end !== undefined) {
      fs.rmSync(recordFile(paths), { force: true });
      return `dockerd ${end}:\n${lastLines(fs.readFileSync(logFile(paths), "utf8"))}`;
    }
    if (await answers(paths.dockerHost)) {
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
      fs.rmSync(recordFile(paths), { force: true });
      return `dockerd did not answer within ${timeoutMs / 1000} s:\n${lastLines(fs.readFileSync(logFile(paths), "utf8"))}`;
    }
  }
}

async function restoreAfterDaemon(network: NetworkNote | undefined): Promise<void> {
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

/** Through the engine, because only it knows which bridges and firewall rules its networks created. */
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
    // It no longer responds: the rest is removed with its processes and directories.
  }
}

async function list(dockerHost: string, request: string): Promise<{ Id: string; Name?: string }[]> {
  const { body } = await engineRequest(dockerHost, "GET", request);
  return Array.isArray(body) ? (body as { Id: string; Name?: string }[]) : [];
}

/** A directory with a mount point below it must not be removed: that would delete the mounted content. */
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

function logFile(paths: DaemonPaths): string {
  return `${paths.directory}.log`;
}

function recordFile(paths: DaemonPaths): string {
  return path.join(paths.directory, "daemon.json");
}

function readRecord(paths: DaemonPaths): DaemonRecord | undefined {
  try {
    return JSON.parse(fs.readFileSync(recordFile(paths), "utf8")) as DaemonRecord;
  } catch {
    return undefined;
  }
}

function writeRecord(paths: DaemonPaths, record: DaemonRecord): void {
  writeFileAtomically(recordFile(paths), `${JSON.stringify(record, undefined, 2)}\n`);
}
