import * as fs from "node:fs";
import * as path from "node:path";
import type { GatewayAddresses } from "../gateway/config";
import { cacheDirectory } from "../paths";
import { run } from "../system/commands";
import { packageVersion } from "../system/pythonPackage";
import { findDistribution } from "./distribution";
import { gatewayAddresses } from "./gatewayProcess";
import { type ServiceStatus, servicesStatus } from "./services";

/** A service of the sandbox, with its memory usage. */
export interface PartStatus extends ServiceStatus {
  /** Resident memory in bytes. Absent when it is not running. */
  memory?: number;
}

export interface SandboxStatus {
  home: string;
  /** Whether every service runs. */
  running: boolean;
  services: PartStatus[];
  /** The addresses from its last start; ports are kept. Absent before the first start. */
  addresses?: GatewayAddresses;
  /** By name, without those that are not installed. */
  versions: Record<string, string>;
  /** Disk usage in bytes by part of the sandbox's folder; `cache` is shared by all of the user's sandboxes. */
  disk: Record<string, number>;
}

/** Reports running parts, addresses, versions, memory, and disk usage. Starts and installs nothing. */
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

/** A process's resident memory in bytes (proc(5), VmRSS); `undefined` when it has ended. */
function residentMemory(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

/** A folder's disk usage in bytes; 0 when it does not exist. A file with several names counts once. */
function diskUse(folder: string): number {
  const seen = new Set<number>();
  let bytes = 0;
  const add = (entry: string) => {
    // A running sandbox may remove files at any time.
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
