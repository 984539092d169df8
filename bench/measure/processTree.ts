import * as fs from "node:fs";

const pageKilobytes = 4;

/**
 * Current resident memory of a process and all of its descendants, in kilobytes. Shared pages count once per process,
 * which overstates the sum equally for everything that is compared; counting them once would take milliseconds per
 * sample.
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

/** The process may exit while it is being read. */
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
