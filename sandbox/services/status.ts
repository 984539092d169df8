import * as fs from "node:fs";
import * as path from "node:path";
import type { GatewayAddresses } from "../gateway/config";
import { cacheDirectory } from "../paths";
import { run } from "../system/commands";
import { findDistribution } from "./distribution";
import { gatewayAddresses } from "./gatewayProcess";
import { packageVersion } from "./pythonPackage";
import { type ServiceStatus, servicesStatus } from "./services";

/** One service of the sandbox, with its memory. */
export interface PartStatus extends ServiceStatus {
  /** Bytes of memory that are resident. Absent when it does not run. */
  memory?: number;
}

export interface SandboxStatus {
  home: string;
  /** Whether every service runs. */
  running: boolean;
  services: PartStatus[];
  /** What it listens on, from its last start on; the ports are kept. Absent before the first start. */
  addresses?: GatewayAddresses;
  /** By name; absent what is not installed. */
  versions: Record<string, string>;
  /** Bytes on the disk by part of the sandbox's folder; `cache` is what all sandboxes of the user share. */
  disk: Record<string, number>;
}

/** What runs, where, in which version and how much room it takes. Starts and installs nothing. */
export async function sandboxStatus(home: string, versions: Record<string, string>): Promise<SandboxStatus> {
  const services = servicesStatus(home).map((service) => ({ ...service, memory: residentMemory(service.pid) }));
  const distribution = await findDistribution();
  return {
    home,
    running: services.every((service) => service.running),
    services,
    addresses: gatewayAddresses(home),
    versions: {
      ...versions,
      node: process.versions.node,
      ministack: packageVersion("ministack"),
      awscli: packageVersion("awscli"),
      ...(distribution !== undefined && { distribution: await distributionVersion(distribution) }),
    },
    disk: {
      images: diskUse(path.join(home, "distribution")),
      gateway: diskUse(path.join(home, "gateway")),
      ministack: diskUse(path.join(home, "ministack")),
      stacks: diskUse(path.join(home, "state")),
      logs: diskUse(path.join(home, "logs")),
      cache: diskUse(cacheDirectory()),
    },
  };
}

async function distributionVersion(program: string): Promise<string> {
  const { stdout } = await run(program, ["--version"], { timeoutMs: 10_000 });
  return stdout.trim().split(/\s+/).at(-1) ?? "";
}

/** Bytes of a process that are resident (proc(5), VmRSS); `undefined` when it is gone. */
function residentMemory(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

/** Bytes that a folder takes on the disk; 0 when it is not there. A file with several names counts once. */
function diskUse(folder: string): number {
  const seen = new Set<number>();
  let bytes = 0;
  const add = (entry: string) => {
    // A running sandbox removes files at any time.
    const stat = fs.lstatSync(entry, { throwIfNoEntry: false });
    if (stat === undefined || seen.has(stat.ino)) return;
    seen.add(stat.ino);
    bytes += stat.blocks * 512;
    if (stat.isDirectory()) {
      for (const name of readNames(entry)) add(path.join(entry, name));
    }
  };
  add(folder);
  return bytes;
}

function readNames(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}
