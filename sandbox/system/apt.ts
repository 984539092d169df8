import { setTimeout as sleep } from "node:timers/promises";
import { type CommandOptions, type CommandResult, run } from "./commands";
import { refuseWhenInterrupted } from "./interruption";
import { lastLines } from "./lastLines";

/** Milliseconds for which another apt is waited for: a machine that has just started may be updating itself. */
const lockPatience = 300_000;
const lockPause = 1000;

const commandTimeout = 900_000;

/** What apt-get says when another apt works on the package lists or installs. */
const lockHeld = /Could not get lock|Unable to lock|Unable to acquire the dpkg frontend lock/;

/** What apt-get says after an installation that was killed, by the second Ctrl-C for example. */
const leftHalfWay = /dpkg was interrupted, you must manually run/;

/**
 * Runs apt-get, and waits while another apt holds its locks: parts of the sandbox fetch their packages side by side, and
 * apt-get itself gives up at once. An installation that was cut short is brought to its end first. The result is that of the last try.
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
    if (result.code !== 0 && !isRepaired && leftHalfWay.test(result.stderr)) {
      isRepaired = true;
      const repair = await run("dpkg", ["--configure", "-a"], { timeoutMs: commandTimeout, env: aptEnvironment() });
      if (repair.code === 0) continue;
    }
    if (result.code === 0 || !lockHeld.test(result.stderr) || Date.now() > deadline) return result;
    await sleep(lockPauseMs);
    refuseWhenInterrupted();
  }
}

/** As `aptGet`; throws with the command and the end of what it said when it fails. */
export async function aptGetOrThrow(...[args, options]: Parameters<typeof aptGet>): Promise<void> {
  const { code, stderr, stdout } = await aptGet(args, options);
  if (code !== 0) {
    throw new Error(`apt-get ${args.join(" ")} failed (${code}):\n${lastLines(stderr || stdout)}`);
  }
}

/** In English, without questions, and with the system's own programs on PATH. */
export function aptEnvironment(): NodeJS.ProcessEnv {
  const systemPath = [process.env["PATH"], "/usr/sbin:/usr/bin:/sbin:/bin"].filter(Boolean).join(":");
  return { ...process.env, PATH: systemPath, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
}
