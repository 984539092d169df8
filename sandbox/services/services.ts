import * as fs from "node:fs";
import * as path from "node:path";
import type { GatewayAddresses, SandboxCredentials } from "../gateway/config";
import { sandboxHome } from "../paths";
import type { Progress } from "./commands";
import { sandboxCredentials } from "./credentials";
import { distributionProcess, installDistribution, startDistribution } from "./distribution";
import { withFileLock } from "./fileLock";
import { gatewayAddresses, gatewayProcess, startGatewayProcess } from "./gatewayProcess";
import { installMinistack, ministackProcess, startMinistack } from "./ministack";
import { runningProcess, stopProcess } from "./processes";

/** The sandbox's own account. */
export const sandboxAccount = "123456789012";
/** The region whose private registry gets the first address, and MiniStack's own. */
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
  distributionUrl: string;
}

/** Installs and starts CNCF Distribution, unless it runs. Returns its address. */
export async function ensureDistribution(options: ServicesOptions = {}): Promise<string> {
  const program = await installDistribution(options);
  options.progress?.("starting CNCF Distribution");
  return startDistribution(homeOf(options), program);
}

/** Installs and starts MiniStack, unless it runs. Returns its address. */
export async function ensureMinistack(options: ServicesOptions = {}): Promise<string> {
  const program = await installMinistack(options);
  options.progress?.("starting MiniStack");
  const home = homeOf(options);
  return startMinistack(home, program, { ...identityOf(options), credentials: sandboxCredentials(home) });
}

/**
 * Starts the gateway in front of both, unless it runs. Returns all addresses.
 *
 * @throws PortTakenError, naming port and variable.
 */
export async function ensureGateway(
  options: ServicesOptions,
  inner: { distributionUrl: string; ministackUrl: string },
): Promise<RunningServices> {
  options.progress?.("starting the gateway");
  const home = homeOf(options);
  const { account, region } = identityOf(options);
  const credentials = sandboxCredentials(home);
  const addresses = await startGatewayProcess(home, { account, region, credentials, ...inner });
  return { ...addresses, ...credentials, ...inner, accountId: account, region };
}

/** Starts what is missing of the sandbox's services; when all run it only asks them for their addresses. */
export function startServices(options: ServicesOptions = {}): Promise<RunningServices> {
  return withFileLock(lockFile(homeOf(options)), async () => {
    const [distributionUrl, ministackUrl] = await Promise.all([ensureDistribution(options), ensureMinistack(options)]);
    return ensureGateway(options, { distributionUrl, ministackUrl });
  });
}

/** Two commands that start the sandbox at the same time must not start it twice. */
function lockFile(home: string): string {
  return path.join(home, "run", "services.lock");
}

/** The sandbox's processes, in the order in which they are stopped: the gateway first, so that nothing is half accepted. */
const processNames = [gatewayProcess, ministackProcess, distributionProcess];

/** Stops what runs of the sandbox's services. Returns the names of those that ran. */
export async function stopServices(home: string = sandboxHome(), progress: Progress = () => {}): Promise<string[]> {
  const stopped: string[] = [];
  if (!fs.existsSync(home)) {
    return stopped;
  }
  return withFileLock(lockFile(home), async () => {
    for (const name of processNames) {
      if (await stopProcess(home, name)) {
        progress(`stopped ${name}`);
        stopped.push(name);
      }
    }
    return stopped;
  });
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
  /** Absent when it does not run. */
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
