import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { cacheDirectory } from "../paths";
import { withLock } from "../system/fileLock";
import type { Progress } from "../system/progress";
import { chooseClient, linkClient, linkUserPlugins } from "./dockerClient";
import {
  DEFAULT_DOCKER_HOST,
  dockerEndpoints,
  type Engine,
  findEngine,
  isSameSocket,
  type RejectedEngine,
} from "./endpoints";
import { findSystemProgram, hasApt, installDocker } from "./install";
import { addLease, liveLeases, removeLease } from "./leases";
import { repairBridge } from "./network";
import { HOST_WIDE_DAEMON, runningDaemon, startDaemon, stopDaemon } from "./ownDaemon";

export interface EnsureDockerOptions {
  /** The sandbox's home; created if it does not exist. */
  home: string;
  progress: Progress;
  /**
   * The sandbox's own Docker config directory (DOCKER_CONFIG), if it has one: the user's plugins are linked into it,
   * and it is part of `environment`. Default: none, the client's own default.
   */
  dockerConfig?: string;
}

export interface DockerEnvironment {
  /** The address of the engine that was found or started, for DOCKER_HOST. */
  dockerHost: string;
  /** `<home>/bin`: contains `docker`, a link to the working client. Must be first on PATH. */
  binDirectory: string;
  /** True when this or another sandbox started the engine; it is stopped with the last of them. */
  startedByUs: boolean;
  /** One line for the user: which engine, which client, and which clients were rejected. */
  description: string;
  /** "amd64" or "arm64". */
  architecture: string;
  /**
   * The environment for every program that uses Docker: DOCKER_HOST, DOCKER_BUILDKIT and, when given, DOCKER_CONFIG.
   */
  environment: Record<string, string>;
}

export interface ReleaseResult {
  /** True when the sandbox's own engine was stopped and removed. */
  stopped: boolean;
  /** The homes of the sandboxes that still use Docker. */
  remaining: string[];
}

const SYSTEMD_START_MS = 15_000;

/**
 * Provides a Docker engine and a client that can build: the running engine, or, as root on Debian and Ubuntu, one of
 * the sandbox's own, installed if missing. Sandboxes share it; `releaseDocker` releases it. Throws one error with what
 * was tried and what to do. A second call takes milliseconds.
 */
export async function ensureDocker(options: EnsureDockerOptions): Promise<DockerEnvironment> {
  const { home, progress, dockerConfig } = options;
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  return withHostLock(progress, async () => {
    addLease(leaseDirectory(), home);
    try {
      const engine = await ensureEngine(progress);
      return await describe(engine, home, dockerConfig);
    } catch (error) {
      await releaseLocked(home, progress);
      throw error;
    }
  });
}

/**
 * Releases the sandbox's use of Docker. The last sandbox stops the engine if a sandbox started it, but never another
 * engine.
 */
export function releaseDocker(home: string, progress: Progress = () => {}): Promise<ReleaseResult> {
  return withHostLock(progress, () => releaseLocked(home, progress));
}

/** Whether this sandbox has set up Docker and not released it. */
export function usesDocker(home: string): boolean {
  return liveLeases(leaseDirectory()).includes(path.resolve(home));
}

/** Other sandboxes on this machine that currently use Docker. */
export function otherUsers(home: string): string[] {
  return liveLeases(leaseDirectory()).filter((other) => other !== path.resolve(home));
}

async function releaseLocked(home: string, progress: Progress): Promise<ReleaseResult> {
  removeLease(leaseDirectory(), home);
  const remaining = liveLeases(leaseDirectory());
  if (remaining.length > 0 || !isRoot() || !fs.existsSync(HOST_WIDE_DAEMON.directory)) {
    return { stopped: false, remaining };
  }
  await stopDaemon(HOST_WIDE_DAEMON, progress);
  return { stopped: true, remaining };
}

async function ensureEngine(progress: Progress): Promise<Engine> {
  const endpoints = dockerEndpoints();
  const first = await findEngine(endpoints);
  if (first.engine !== undefined) {
    if (isOwn(first.engine) && (await repairBridge(first.engine.dockerHost))) {
      progress("Another dockerd had removed the bridge of the sandbox's Docker; it has been recreated");
    }
    return first.engine;
  }
  // Another engine uses the socket where ours would listen: dockerd would take it over.
  const occupied =
    first.rejected.some(({ dockerHost }) => isSameSocket(dockerHost, HOST_WIDE_DAEMON.dockerHost)) &&
    runningDaemon(HOST_WIDE_DAEMON) === undefined;
  if (occupied || !isRoot() || !(hasApt() || findSystemProgram("dockerd") !== undefined)) {
    throw noEngine(first.rejected);
  }
  if (findSystemProgram("dockerd") === undefined) {
    await installDocker(progress);
    const installed = await waitForService();
    if (installed !== undefined) {
      return installed;
    }
  }
  const dockerd = findSystemProgram("dockerd");
  if (dockerd === undefined) {
    throw new Error(
      "The package docker.io was installed, but dockerd was not found. Install Docker yourself and run this again.",
    );
  }
  progress(`Docker is not running: starting ${dockerd}, which stops with the last sandbox`);
  await startDaemon(HOST_WIDE_DAEMON, { dockerd, progress });
  const started = await findEngine([{ dockerHost: HOST_WIDE_DAEMON.dockerHost, origin: "the sandbox" }]);
  if (started.engine === undefined) {
    throw noEngine(started.rejected);
  }
  return started.engine;
}

function isOwn({ dockerHost }: Engine): boolean {
  return (
    isRoot() && isSameSocket(dockerHost, HOST_WIDE_DAEMON.dockerHost) && runningDaemon(HOST_WIDE_DAEMON) !== undefined
  );
}

/** With systemd, installing the package starts Docker as a service, which then belongs to the machine. */
async function waitForService(): Promise<Engine | undefined> {
  const deadline = fs.existsSync("/run/systemd/system") ? Date.now() + SYSTEMD_START_MS : 0;
  for (;;) {
    const { engine } = await findEngine([{ dockerHost: DEFAULT_DOCKER_HOST, origin: "the default socket" }]);
    if (engine !== undefined || Date.now() >= deadline) {
      return engine;
    }
    await pause(500);
  }
}

async function describe(engine: Engine, home: string, dockerConfig?: string): Promise<DockerEnvironment> {
  const binDirectory = path.join(home, "bin");
  if (dockerConfig !== undefined) {
    linkUserPlugins(dockerConfig);
  }
  const { dockerHost, version, architecture } = engine;
  const { client, rejected } = await chooseClient({ dockerHost, dockerConfig, exclude: binDirectory });
  if (client === undefined) {
    const found = rejected.length === 0 ? "No docker client was found." : `${rejected.join("; ")}.`;
    throw new Error(
      `Docker is running, but no docker client here can build with BuildKit. ${found}\n` +
        'Install buildx for the client (package "docker-buildx-plugin" of Docker, "docker-buildx" of the distribution) and run this again.',
    );
  }
  linkClient(binDirectory, client);
  const startedByUs = isOwn(engine);
  const owner = startedByUs ? "started by the sandbox" : `found through ${engine.origin}`;
  const passedOver = rejected.length === 0 ? "" : `; skipped: ${rejected.join("; ")}`;
  return {
    dockerHost,
    binDirectory,
    startedByUs,
    architecture,
    description: `Docker ${version} at ${dockerHost}, ${owner}; client ${client.path} ${client.version}${passedOver}`,
    environment: {
      DOCKER_HOST: dockerHost,
      DOCKER_BUILDKIT: "1",
      ...(dockerConfig !== undefined && { DOCKER_CONFIG: dockerConfig }),
    },
  };
}

/** A single error for all unusable engines on the machine, with the fix. */
export function noEngine(rejected: readonly RejectedEngine[]): Error {
  const advice = hasApt()
    ? "Start one (for example: sudo systemctl start docker), or run this as root: it then installs Docker and runs it for as long as the sandbox runs."
    : "Install and start one (https://docs.docker.com/engine/install/), and run this again.";
  if (rejected.length === 0) {
    return new Error(`Docker is not running. ${advice}`);
  }
  const reasons = rejected.map(({ dockerHost, origin, reason }) => `- ${dockerHost} (${origin}) ${reason}.`);
  return new Error(["No Docker engine here can be used:", ...reasons, advice].join("\n"));
}

function withHostLock<T>(progress: Progress, work: () => Promise<T>): Promise<T> {
  const onWait = (holder: string) => progress(`Waiting for ${holder}, which sets Docker up or takes it down`);
  return withLock(path.join(hostDirectory(), "docker.lock"), work, { onWait });
}

function leaseDirectory(): string {
  return path.join(hostDirectory(), "leases");
}

/** Root's sandboxes share the daemon's directory; other users cannot start a daemon and have their own leases. */
function hostDirectory(): string {
  return isRoot() ? path.dirname(HOST_WIDE_DAEMON.directory) : cacheDirectory("docker");
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
