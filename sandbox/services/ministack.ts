import * as fs from "node:fs";
import * as path from "node:path";
import type { SandboxCredentials } from "../gateway/config";
import type { Progress } from "../system/progress";
import { answers } from "./distribution";
import { keptPort } from "./keptPorts";
import { isRunning, startProcess, waitUntilReady } from "./processes";
import { installPythonPackage } from "./pythonPackage";

const name = "ministack";
const startMilliseconds = 30_000;

/** The version of MiniStack that the sandbox is measured with. */
export const ministackVersion = "1.5.33";
/** Docker's client for Python: with it MiniStack's ECS and Lambda run containers, without it they only pretend to. */
const dockerPackageVersion = "7.2.0";

export const ministackProcess = name;

/**
 * Brings MiniStack into the user's cache, when it is not there.
 *
 * @returns The path of `ministack`.
 */
export function installMinistack({ progress = () => {} }: { progress?: Progress } = {}): Promise<string> {
  return installPythonPackage({ name, version: ministackVersion, beside: { docker: dockerPackageVersion } }, progress);
}

/** MiniStack's folder: its state, and where it runs. */
export function ministackState(home: string): string {
  return path.join(home, name);
}

export interface MinistackSettings {
  account: string;
  region: string;
  credentials: SandboxCredentials;
}

/**
 * Starts MiniStack on a loopback port of the system's choice, unless it runs. It checks signatures and policies, and
 * keeps its state when it is stopped, not when it is killed.
 *
 * @returns Its address.
 */
export async function startMinistack(
  home: string,
  program: string,
  settings: MinistackSettings,
  progress: Progress = () => {},
): Promise<string> {
  const running = isRunning(home, name);
  const port = await keptPort(home, name, running);
  const url = `http://127.0.0.1:${port}`;
  if (!running) {
    progress("starting MiniStack");
    const state = ministackState(home);
    fs.mkdirSync(state, { recursive: true, mode: 0o700 });
    startProcess(home, {
      name,
      command: program,
      args: [],
      cwd: state,
      env: {
        PATH: process.env["PATH"],
        HOME: process.env["HOME"],
        // For its ECS and Lambda, which run containers.
        DOCKER_HOST: process.env["DOCKER_HOST"],
        DOCKER_CONFIG: path.join(home, "docker-config"),
        GATEWAY_PORT: String(port),
        BIND_HOST: "127.0.0.1",
        MINISTACK_REGION: settings.region,
        MINISTACK_ACCOUNT_ID: settings.account,
        AUTH: "true",
        AWS_ACCESS_KEY_ID: settings.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: settings.credentials.secretAccessKey,
        IOT_MTLS_ENABLED: "0",
        PERSIST_STATE: "1",
        STATE_DIR: path.join(state, "state"),
      },
    });
  }
  await waitUntilReady(home, name, () => answers(`${url}/_ministack/health`), startMilliseconds);
  return url;
}
