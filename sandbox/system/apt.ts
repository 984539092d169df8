import { setTimeout as sleep } from "node:timers/promises";
import { type CommandOptions, type CommandResult, run } from "./commands";
import { refuseWhenInterrupted } from "./interruption";
import { lastLines } from "./lastLines";

/** Milliseconds to wait for another apt: a machine that has just started may be updating itself. */
const lockPatience = 300_000;
const lockPause = 1000;

const commandTimeout = 900_000;

/** apt-get's message when another apt is running. */
const lockError = /Could not get lock|Unable to lock|Unable to acquire the dpkg frontend lock/;

/** apt-get's message after an installation was killed, for example by a second Ctrl-C. */
const interruptedInstall = /dpkg was interrupted, you must manually run/;

/**
 * Runs apt-get, and waits while another apt holds its locks: parts of the sandbox install packages in parallel, and
 * apt-get itself gives up immediately. An interrupted installation is completed first. Returns the result of the last
 * attempt.
 */
export async function aptGet(
  args: readonly string[],
  options: Omit<CommandOptions, "env"> & { lockPauseMs?: number } = {},
): Promise<CommandResult> {
  const { lockPauseMs = lockPause, ...rest } = options;
  const deadline = Date.now() + lockPatience;
  let isRepaired = false;
  for (;;) {
    const result = await run("apt-get", args, { timeoutMs: commandTimeout, ...rest, env: aptEnvironment() });
    if (result.code !== 0 && !isRepaired && interruptedInstall.test(result.stderr)) {
      isRepaired = true;
      const repair = await run("dpkg", ["--configure", "-a"], { timeoutMs: commandTimeout, env: aptEnvironment() });
      if (repair.code === 0) continue;
    }
    if (result.code === 0 || !lockError.test(result.stderr) || Date.now() > deadline) return result;
    await sleep(lockPauseMs);
    refuseWhenInterrupted();
  }
}

/** Like `aptGet`; on failure throws an error with the command and the end of its output. */
export async function aptGetOrThrow(...[args, options]: Parameters<typeof aptGet>): Promise<void> {
  const { code, stderr, stdout } = await aptGet(args, options);
  if (code !== 0) {
    throw new Error(`apt-get ${args.join(" ")} failed (${code}):\n${lastLines(stderr || stdout)}`);
  }
}

/** In English, non-interactive, and with the system's own programs on PATH. */
export function aptEnvironment(): NodeJS.ProcessEnv {
  const systemPath = [process.env["PATH"], "/usr/sbin:/usr/bin:/sbin:/bin"].filter(Boolean).join(":");
  return { ...process.env, PATH: systemPath, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
}
