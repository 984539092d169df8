import * as fs from "node:fs";
import * as path from "node:path";
import type { GatewayAddresses, SandboxCredentials } from "../gateway/config";
import { sandboxHome } from "../paths";
import { withLock } from "../system/fileLock";
import type { Progress } from "../system/progress";
import { sandboxCredentials } from "./credentials";
import { distributionProcess, garbageCollector, installDistribution, startDistribution } from "./distribution";
import { gatewayAddresses, gatewayProcess, startGatewayProcess } from "./gatewayProcess";
import { installMinistack, ministackProcess, ministackSecret, startMinistack } from "./ministack";
import { runningProcess, stopProcess } from "./processes";

/** The sandbox's own account. */
const sandboxAccount = "123456789012";
/** MiniStack's region, whose private registry gets the first address. */
export const sandboxRegion = "ap-northeast-2";

export interface ServicesOptions {
  /** The sandbox's folder. @default sandboxHome() */
  home?: string;
  /** The account of the sandbox's own credentials. @default "123456789012" */
  accountId?: string;
  /** @default "ap-northeast-2" */
  region?: string;
  progress?: Progress;
}

export interface RunningServices extends GatewayAddresses, SandboxCredentials {
  accountId: string;
  region: string;
  ministackUrl: string;
  distributionSocket: string;
}

/** Installs and starts CNCF Distribution, unless it is running. Returns its socket. */
export async function ensureDistribution(options: ServicesOptions = {}): Promise<string> {
  const program = await installDistribution(options);
  const home = homeOf(options);
  return serialized(home, distributionProcess, options.progress, () =>
    startDistribution(home, program, options.progress),
  );
}

/** Installs and starts MiniStack, unless it is running. Returns its address. */
export async function ensureMinistack(options: ServicesOptions = {}): Promise<string> {
  const program = await installMinistack(options);
  const home = homeOf(options);
  const settings = { ...identityOf(options), credentials: sandboxCredentials(home) };
  return serialized(home, ministackProcess, options.progress, () =>
    startMinistack(home, program, settings, options.progress),
  );
}

/**
 * Starts the gateway in front of both, unless it is running. Returns all addresses.
 *
 * @throws Error with each port that another program uses, and its variable.
 */
export async function ensureGateway(
  options: ServicesOptions,
  inner: { distributionSocket: string; ministackUrl: string },
): Promise<RunningServices> {
  const home = homeOf(options);
  const { account, region } = identityOf(options);
  const credentials = sandboxCredentials(home);
  const garbageCollection = garbageCollector(home, await installDistribution(options));
  const settings = {
    account,
    region,
    credentials,
    garbageCollection,
    ministackSecret: ministackSecret(home),
    ...inner,
  };
  const addresses = await serialized(home, gatewayProcess, options.progress, () =>
    startGatewayProcess(home, settings, options.progress),
  );
  return { ...addresses, ...credentials, ...inner, accountId: account, region };
}

/** Starts the sandbox's services that are not running; when all are, it only gets their addresses. */
export async function startServices(options: ServicesOptions = {}): Promise<RunningServices> {
  const [distributionSocket, ministackUrl] = await Promise.all([ensureDistribution(options), ensureMinistack(options)]);
  return ensureGateway(options, { distributionSocket, ministackUrl });
}

/** Two commands that start or stop the sandbox at the same time must not start a service twice. */
function serialized<T>(home: string, name: string, progress: Progress = () => {}, work: () => Promise<T>): Promise<T> {
  const onWait = (holder: string) => progress(`waiting for ${holder}, which is already starting or stopping ${name}`);
  return withLock(path.join(home, "run", `${name}.lock`), work, { onWait });
}

/** The sandbox's processes in stopping order: the gateway first, so that no request is half processed. */
const processNames = [gatewayProcess, ministackProcess, distributionProcess];

/** Stops the sandbox's running services. Returns their names. */
export async function stopServices(home: string = sandboxHome(), progress: Progress = () => {}): Promise<string[]> {
  const stopped: string[] = [];
  for (const name of fs.existsSync(home) ? processNames : []) {
    if (await serialized(home, name, progress, () => stopProcess(home, name))) {
      progress(`stopped ${name}`);
      stopped.push(name);
    }
  }
  return stopped;
}

/**
 * `127.0.0.1:<port>` of every registry that the gateway has opened so far, private and public: the first part of the
 * names of the sandbox's images. Empty before the first start.
 */
export function registryHosts(home: string = sandboxHome()): string[] {
  return gatewayAddresses(home)?.registries ?? [];
}

export interface ServiceStatus {
  name: string;
  running: boolean;
  /** Absent when it is not running. */
  pid?: number;
  /** Milliseconds since 1970. */
  startedAt?: number;
}

export function servicesStatus(home: string = sandboxHome()): ServiceStatus[] {
  return processNames.map((name) => {
    const record = runningProcess(home, name);
    return { name, running: record !== undefined, pid: record?.pid, startedAt: record?.startedAt };
  });
}

function homeOf(options: ServicesOptions): string {
  return options.home ?? sandboxHome();
}

function identityOf(options: ServicesOptions): { account: string; region: string } {
  return { account: options.accountId ?? sandboxAccount, region: options.region ?? sandboxRegion };
}
