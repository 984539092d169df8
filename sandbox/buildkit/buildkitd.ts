import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { lastLines } from "../system/lastLines";
import { findProgram, searchPath } from "../system/programs";
import type { Progress } from "../system/progress";
import { waitUntil } from "../system/waitUntil";
import type { Buildkit } from "./installBuildkit";

/** How long it may take to start. */
const startMilliseconds = 60_000;
/** How long to wait for another command's builds in the same folder. */
const othersMilliseconds = 60 * 60_000;
const shownLines = 20;

/**
 * Keeps the daemon running while its own stdin is open, which is closed when the process that started it ends for any
 * reason. Its output goes to a file, because a closed pipe would kill it in the middle of its own shutdown.
 */
const keeper = `exec 3<&0 2>/dev/null
touch "$daemon_sockets/started"
"$@" >"$daemon_log" 2>&1 &
daemon=$!
(cat <&3 >/dev/null; kill $daemon) &
wait $daemon
code=$?
rm -rf "$daemon_sockets"
exit $code`;

/**
 * Starts BuildKit's daemon until this process ends, and waits until it responds. A second one on the same folder waits
 * for the first to end.
 *
 * @param folder Reusable build results, and the log.
 * @returns Its address.
 */
export async function startBuildkitd({ buildkitd }: Buildkit, folder: string, progress: Progress): Promise<string> {
  requireSurroundings();
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  // A socket's path is limited to 107 characters.
  const sockets = fs.mkdtempSync(path.join(os.tmpdir(), "buildkit-"));
  const socket = path.join(sockets, "socket");
  const log = path.join(folder, "buildkitd.log");
  for (const file of [log, path.join(folder, "lock")]) fs.closeSync(fs.openSync(file, "a", 0o600));
  const daemon = [
    ...[buildkitd, "--root", path.join(folder, "root"), "--addr", `unix://${socket}`],
    // Allowed as in Docker's own buildx builders, because a build may request it.
    ...["--allow-insecure-entitlement", "network.host"],
  ];
  const child = spawn("flock", [path.join(folder, "lock"), "sh", "-c", keeper, "sh", ...daemon], {
    stdio: ["pipe", "ignore", "ignore"],
    env: {
      ...process.env,
      daemon_log: log,
      daemon_sockets: sockets,
      PATH: searchPath("/usr/sbin", "/sbin").join(path.delimiter),
    },
    // Its own process group: Ctrl-C must reach the build, which then stops the daemon.
    detached: true,
  });
  child.stdin.on("error", () => {});
  let ended: string | undefined;
  child.on("error", (error) => {
    ended = `could not be started: ${error.message}`;
  });
  // Not "close": the process that waits for our stdin to end may keep the other streams open.
  child.on("exit", (code) => {
    ended = `ended with exit code ${code}`;
  });
  const waiting = setTimeout(() => progress("waiting for BuildKit, which another command may be using"), 5_000);
  const isLate = () => {
    const started = fs.statSync(path.join(sockets, "started"), { throwIfNoEntry: false });
    return started !== undefined && Date.now() - started.mtimeMs > startMilliseconds;
  };
  let isThere = false;
  const settled = async () => {
    isThere = await answers(socket);
    return isThere || ended !== undefined || isLate();
  };
  await waitUntil(settled, othersMilliseconds);
  clearTimeout(waiting);
  if (isThere) return `unix://${socket}`;
  child.stdin.end();
  const output = fs.existsSync(log) ? lastLines(fs.readFileSync(log, "utf8"), shownLines) : "";
  throw new Error(`BuildKit ${ended ?? "did not answer in time"}:\n${output}`);
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = net.connect(socket);
    connection.on("error", () => resolve(false));
    connection.on("connect", () => {
      connection.destroy();
      resolve(true);
    });
  });
}

function requireSurroundings(): void {
  const released = "or let the released plugin build in a container (SANDBOX_PLUGINS=released)";
  if (process.getuid?.() !== 0) {
    throw new Error(
      `BuildKit of the sandbox runs steps of a build by itself, which needs root. Run this as root, ${released}.`,
    );
  }
  if (findProgram("runc", searchPath("/usr/sbin", "/sbin")) === undefined) {
    throw new Error(`BuildKit needs runc, which Docker's packages bring, and there is none. Install it, ${released}.`);
  }
}
