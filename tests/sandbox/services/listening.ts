import * as fs from "node:fs";

/** A TCP port that a process listens on. */
export interface ListeningPort {
  /** `127.0.0.1`; an address other than IPv4 as the kernel writes it. */
  address: string;
  port: number;
}

/** Every TCP port on which a process or one of its descendants listens (proc(5)). */
export function listeningPorts(pid: number): ListeningPort[] {
  return [pid, ...descendants(pid)].flatMap(portsOf);
}

function portsOf(pid: number): ListeningPort[] {
  const sockets = socketsOf(pid);
  return ["tcp", "tcp6"].flatMap((table) =>
    fs
      .readFileSync(`/proc/${pid}/net/${table}`, "utf8")
      .split("\n")
      .slice(1)
      .flatMap((line) => {
        const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
        const [address = "", port = ""] = local.split(":");
        return state === "0A" && sockets.has(inode)
          ? [{ address: dotted(address), port: Number.parseInt(port, 16) }]
          : [];
      }),
  );
}

function socketsOf(pid: number): Set<string> {
  const inodes = fs.readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(fs.readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return []; // closed meanwhile
    }
  });
  return new Set(inodes);
}

function descendants(pid: number): number[] {
  const tasks = fs.readdirSync(`/proc/${pid}/task`);
  const children = tasks.flatMap((task) =>
    fs.readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** The kernel writes an IPv4 address as a number in the machine's byte order. */
function dotted(hex: string): string {
  const bytes = hex.length === 8 ? (hex.match(/../g) ?? []).reverse() : [];
  return bytes.length === 0 ? hex : bytes.map((byte) => Number.parseInt(byte, 16)).join(".");
}
