import * as fs from "node:fs";
import * as path from "node:path";
import { ministackSecretHeader, type SandboxCredentials } from "../gateway/config";
import { sandboxFolder } from "../paths";
import { writeFileAtomically } from "../system/files";
import type { Progress } from "../system/progress";
import { installPythonPackage } from "../system/pythonPackage";
import { answers } from "./distribution";
import { persistedSecret } from "./persistedSecret";
import { isRunning, startProcess, stopProcess, thriftyMalloc, waitUntilReady } from "./processes";
import { stablePort } from "./stablePorts";

const name = "ministack";
const startMilliseconds = 30_000;

export const ministackProcess = name;

/** Runs MiniStack behind its access check, and makes it write its state on each change. */
const launcher = path.join(sandboxFolder, "services", "durableMinistack.py");

/**
 * Installs MiniStack into the user's cache, unless it is there.
 *
 * @returns The path of `ministack`.
 */
export function installMinistack({ progress = () => {} }: { progress?: Progress } = {}): Promise<string> {
  return installPythonPackage({ name }, progress);
}

/** MiniStack's folder: its state and working directory. */
export function ministackState(home: string): string {
  return path.join(home, name);
}

/** The secret that MiniStack requires, known only to this sandbox's gateway. */
export function ministackSecret(home: string): string {
  return persistedSecret(secretFile(home));
}

function secretFile(home: string): string {
  return path.join(home, "run", `${name}.secret`);
}

export interface MinistackSettings {
  account: string;
  region: string;
  credentials: SandboxCredentials;
}

/**
 * Starts MiniStack on a loopback port that it keeps, unless it is running. It checks signatures and policies,
 * keeps acknowledged changes even when it is killed, and responds only to the gateway.
 *
 * @returns Its address.
 */
export async function startMinistack(
  home: string,
  program: string,
  settings: MinistackSettings,
  progress: Progress = () => {},
): Promise<string> {
  if (isRunning(home, name) && !fs.existsSync(secretFile(home))) {
    progress("stopping MiniStack: it answers requests without the secret");
    await stopProcess(home, name);
  }
  const secret = ministackSecret(home);
  const running = isRunning(home, name);
  const port = await stablePort(home, name, running);
  const url = `http://127.0.0.1:${port}`;
  if (!running) {
    progress("starting MiniStack");
    const state = ministackState(home);
    const temporary = path.join(state, "tmp");
    fs.mkdirSync(temporary, { recursive: true, mode: 0o700 });
    startProcess(home, {
      name,
      command: path.join(path.dirname(program), "python"),
      args: [launcher],
      cwd: state,
      env: {
        PATH: [credentialHelperFolder(state), process.env["PATH"]].join(path.delimiter),
        HOME: process.env["HOME"],
        // It uses predictable file names there, which other users could create first.
        TMPDIR: temporary,
        SANDBOX_MINISTACK_SECRET: secret,
        // Our modules would otherwise leave bytecode next to their source.
        PYTHONDONTWRITEBYTECODE: "1",
        // For its ECS and Lambda, which run containers.
        DOCKER_HOST: process.env["DOCKER_HOST"],
        DOCKER_CONFIG: dockerConfig(state),
        SANDBOX_HOME: home,
        ...thriftyMalloc,
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
  const question = { host: "127.0.0.1", port, path: "/health", headers: { [ministackSecretHeader]: secret } };
  await waitUntilReady(home, name, () => answers(question), startMilliseconds);
  return url;
}

const credentialHelper = "ecr-sandbox";

/** A Docker config that gets logins from the sandbox's credential helper on demand. */
function dockerConfig(state: string): string {
  const folder = path.join(state, "docker-config");
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileAtomically(path.join(folder, "config.json"), JSON.stringify({ credsStore: credentialHelper }), 0o600);
  return folder;
}

/** The folder with the credential helper under the name that Docker looks for. */
function credentialHelperFolder(state: string): string {
  const folder = path.join(state, "bin");
  const program = `docker-credential-${credentialHelper}`;
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const bundle = JSON.stringify(path.join(sandboxFolder, "dist", `${program}.cjs`));
  writeFileAtomically(
    path.join(folder, program),
    `#!/bin/sh\nexec ${JSON.stringify(process.execPath)} ${bundle} "$@"\n`,
    0o700,
  );
  return folder;
}
