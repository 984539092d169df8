import * as fs from "node:fs";
import * as path from "node:path";
import type {
  GarbageCollectionConfig,
  GatewayAddresses,
  GatewayConfig,
  GatewayPorts,
  SandboxCredentials,
} from "../gateway/config";
import { portVariables, readGatewayConfig } from "../gateway/config";
import { PortTakenError } from "../gateway/wire/ports";
import { sandboxFolder } from "../paths";
import { writeFileAtomically } from "../system/files";
import { portProblem } from "../system/ports";
import type { Progress } from "../system/progress";
import { distributionStorage } from "./distribution";
import { isRunning, startProcess, stopProcess, thriftyMalloc, waitUntilReady } from "./processes";

const name = "gateway";
const startMilliseconds = 20_000;

export const gatewayProcess = name;

/**
 * The gateway is idle most of the time, so low memory matters more than speed: a small young generation, which streams
 * of layers would otherwise fill up to 48 MB, and no optimizing compiler.
 */
export const memoryFlags = ["--max-semi-space-size=1", "--optimize-for-size", "--no-opt"];

/** The bundle from sandbox/build.mjs. */
const gatewayBundle = path.join(sandboxFolder, "dist", "gateway.cjs");

/** The gateway's state directory. */
export function gatewayStateDirectory(home: string): string {
  return path.join(home, "gateway");
}

export interface GatewaySettings {
  account: string;
  region: string;
  credentials: SandboxCredentials;
  ministackUrl: string;
  ministackSecret: string;
  distributionSocket: string;
  garbageCollection: GarbageCollectionConfig;
}

/**
 * Ports from SANDBOX_PORT (4566), SANDBOX_PUBLIC_REGISTRY_PORT (4567), and SANDBOX_PRIVATE_REGISTRY_PORT (4568).
 *
 * @throws Error that names every variable that is not a valid port.
 */
export function gatewayPorts(env: NodeJS.ProcessEnv = process.env): GatewayPorts {
  const wrong: string[] = [];
  const read = (key: keyof GatewayPorts, standard: number): number => {
    const text = env[portVariables[key]] || String(standard);
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) {
      wrong.push(
        `${portVariables[key]}: "${text}" is not a port. Write a number from 1 to 65535, or 0 for any free port.`,
      );
    }
    return Number(text);
  };
  const ports = {
    endpoint: read("endpoint", 4566),
    publicRegistry: read("publicRegistry", 4567),
    privateRegistry: read("privateRegistry", 4568),
  };
  const fixed = Object.values(ports).filter((port) => port !== 0);
  if (wrong.length === 0 && new Set(fixed).size < fixed.length) {
    wrong.push(`${Object.values(portVariables).join(", ")}: ${fixed.join(", ")} must be three different ports.`);
  }
  if (wrong.length > 0) {
    throw new Error(wrong.join("\n"));
  }
  return ports;
}

/** Starts the gateway, unless it is running. Throws an Error with each port that another program uses. */
export async function startGatewayProcess(
  home: string,
  settings: GatewaySettings,
  progress: Progress = () => {},
): Promise<GatewayAddresses> {
  const addressesFile = addressesFileOf(home);
  const configFile = path.join(home, "run", "gateway-config.json");
  if (isRunning(home, name) && !isFor(settings, configFile)) {
    progress("stopping the gateway: the address of a service behind it has changed");
    await stopProcess(home, name);
  }
  if (!isRunning(home, name)) {
    const ports = gatewayPorts();
    await refuseTakenPorts(home);
    progress("starting the gateway");
    const config: GatewayConfig = {
      ...settings,
      stateDirectory: gatewayStateDirectory(home),
      ports,
      addressesFile,
      distributionStorage: distributionStorage(home),
      scanFindingsFile: scanFindingsFile(),
      validateResponses: process.env["SANDBOX_VALIDATE_RESPONSES"] === "1",
    };
    fs.rmSync(addressesFile, { force: true });
    writeFileAtomically(configFile, JSON.stringify(config), 0o600);
    if (!fs.existsSync(gatewayBundle)) {
      throw new Error(`${gatewayBundle} is missing: build it with \`npm run build\`.`);
    }
    startProcess(home, {
      name,
      command: process.execPath,
      args: [...memoryFlags, gatewayBundle, configFile],
      env: {
        PATH: process.env["PATH"],
        HOME: process.env["HOME"],
        ...thriftyMalloc,
      },
    });
  }
  await waitUntilReady(home, name, async () => fs.existsSync(addressesFile), startMilliseconds);
  const addresses = gatewayAddresses(home);
  if (!addresses) {
    throw new Error(`${addressesFile} disappeared while the gateway was starting.`);
  }
  return addresses;
}

/**
 * Whether the running gateway has the current addresses of the services behind it: a service that was killed may have
 * moved.
 */
function isFor(settings: GatewaySettings, configFile: string): boolean {
  const known = readGatewayConfig(configFile);
  return (["distributionSocket", "ministackUrl", "ministackSecret"] as const).every(
    (key) => known[key] === settings[key],
  );
}

/** SANDBOX_SCAN_FINDINGS as an absolute path: the gateway runs in another folder. */
function scanFindingsFile(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const file = env["SANDBOX_SCAN_FINDINGS"];
  return file ? path.resolve(file) : undefined;
}

/** The addresses that the gateway wrote at its last start, and whenever it has opened a registry since. */
export function gatewayAddresses(home: string): GatewayAddresses | undefined {
  const file = addressesFileOf(home);
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as GatewayAddresses) : undefined;
}

function addressesFileOf(home: string): string {
  return path.join(home, "run", "gateway-addresses.json");
}

/**
 * One line for each of the gateway's ports that another program uses, with its variable. A running gateway has its own
 * ports.
 */
export async function takenPorts(home: string): Promise<string[]> {
  const ports = gatewayPorts();
  const taken: string[] = [];
  for (const key of Object.keys(portVariables) as (keyof GatewayPorts)[]) {
    const port = ports[key];
    if (port !== 0 && (await portProblem(port)) !== undefined) {
      taken.push(new PortTakenError(port, portVariables[key]).message);
    }
  }
  // Checked last: another command may have started it in the meantime.
  return isRunning(home, name) ? [] : taken;
}

/** Reports ports in use before anything starts, rather than in a log. */
async function refuseTakenPorts(home: string): Promise<void> {
  const taken = await takenPorts(home);
  if (taken.length > 0) throw new Error(taken.join("\n"));
}
