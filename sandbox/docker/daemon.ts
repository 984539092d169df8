import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { cacheDirectory } from "../paths";
import { withLock } from "../system/fileLock";
import type { Progress } from "../system/progress";
import { chooseClient, linkClient, linkUserPlugins } from "./client";
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
  /** The sandbox's home; made when it is not there. */
  home: string;
  progress: Progress;
  /**
   * The sandbox's own directory of docker logins (DOCKER_CONFIG), when it has one: the user's plugins are then linked
   * into it, and come with `environment`. Default: none, the client's own default.
   */
  dockerConfig?: string;
}

export interface DockerEnvironment {
  /** The address of the engine that was found or started, for DOCKER_HOST. */
  dockerHost: string;
  /** `<home>/bin`: holds `docker`, a link to the client that works. Belongs first on PATH. */
  binDirectory: string;
  /** True when the engine is the sandbox's own, by this or another sandbox, and goes with the last of them. */
  startedByUs: boolean;
  /** One line for the user: which engine, which client, and which clients were passed over. */
  description: string;
  /** "amd64" or "arm64". */
  architecture: string;
  /** What every program that uses Docker needs: DOCKER_HOST, DOCKER_BUILDKIT and, when given, DOCKER_CONFIG. */
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
 * Gives the sandbox a Docker engine and a client that can build: the engine that runs, or else, as root on Debian and
 * Ubuntu, one of the sandbox's own, installed when missing. Sandboxes share it; `releaseDocker` gives it back. Throws
 * one error that says what was tried and what to do. A second call takes milliseconds.
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

/** Gives back the sandbox's use of Docker. The last one to go stops the engine that sandboxes started, never another. */
export function releaseDocker(home: string, progress: Progress = () => {}): Promise<ReleaseResult> {
  return withHostLock(progress, () => releaseLocked(home, progress));
}

/** Whether this sandbox has set Docker up and not given it back. */
export function usesDocker(home: string): boolean {
  return liveLeases(leaseDirectory()).includes(path.resolve(home));
}

/** Other sandboxes of the machine that use Docker at the moment. */
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
      progress("Another dockerd had removed the bridge of the sandbox's Docker; it was made again");
    }
    return first.engine;
  }
  // Somebody else's engine sits on the socket where ours would listen: dockerd would take the socket from it.
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
      "The package docker.io was installed, but there is no dockerd. Install Docker yourself and run this again.",
    );
  }
  progress(`Docker does not run: starting ${dockerd}, until the last sandbox is taken down`);
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

/** With systemd, installing the package starts Docker as a service of the machine; it then belongs to the machine. */
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
      `Docker runs, but no docker client here can build with BuildKit. ${found}\n` +
        'Install buildx for the client (package "docker-buildx-plugin" of Docker, "docker-buildx" of the distribution) and run this again.',
    );
  }
  linkClient(binDirectory, client);
  const startedByUs = isOwn(engine);
  const owner = startedByUs ? "started by the sandbox" : `found through ${engine.origin}`;
  const passedOver = rejected.length === 0 ? "" : `; passed over: ${rejected.join("; ")}`;
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

/** The one error for all that can be wrong with the engines of the machine, and what to do about it. */
export function noEngine(rejected: readonly RejectedEngine[]): Error {
  const advice = hasApt()
    ? "Start one (for example: sudo systemctl start docker), or run this as root, which installs and starts Docker for the sandbox's time."
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

/** Root's sandboxes share the daemon's directory; other users cannot start one and keep their leases to themselves. */
function hostDirectory(): string {
  return isRoot() ? path.dirname(HOST_WIDE_DAEMON.directory) : cacheDirectory("docker");
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
