import * as fs from "node:fs";

/** What tells a process from every other one: process ids are reused, start times with them are not. */
export interface ProcessIdentity {
  pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks between the machine's start and the process's. */
  startTime: string;
  /** /proc/sys/kernel/random/boot_id: after a restart of the machine no record holds. */
  bootId: string;
}

/** The identity of a process. One that has ended by now gets a start time that no process has. */
export function processIdentity(pid: number): ProcessIdentity {
  return { pid, startTime: processStartTime(pid) ?? "", bootId: bootId() };
}

/** Whether the very process that was recorded still runs. */
export function sameProcessRuns(recorded: ProcessIdentity): boolean {
  return recorded.bootId === bootId() && processStartTime(recorded.pid) === recorded.startTime;
}

/** When a process started; `undefined` when it does not run (a zombie does not). */
function processStartTime(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the command in brackets, and may hold spaces and brackets itself.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function bootId(): string {
  return fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}
