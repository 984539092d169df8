import * as fs from "node:fs";

const pageKilobytes = 4;

/**
 * Resident memory of a process and all that it started, now, in kilobytes. Pages that processes share count in each, which
 * makes the sum too high by the same for everything that is compared; counting them once would take milliseconds each time.
 */
export function treeMemoryKilobytes(root: number): number {
  return treeOf(root).reduce((sum, pid) => {
    const [, resident = "0"] = readProc(pid, "statm").split(" ");
    return sum + Number(resident) * pageKilobytes;
  }, 0);
}

function treeOf(root: number): number[] {
  const found = [root];
  for (const pid of found) {
    for (const thread of threadsOf(pid)) {
      found.push(...readProc(pid, `task/${thread}/children`).split(" ").filter(Boolean).map(Number));
    }
  }
  return found;
}

/** A process may end while it is looked at: then there is nothing to read. */
function readProc(pid: number, file: string): string {
  try {
    return fs.readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

function threadsOf(pid: number): string[] {
  try {
    return fs.readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}
