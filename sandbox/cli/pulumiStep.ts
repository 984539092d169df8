import * as fs from "node:fs";
import * as path from "node:path";
import { runOwnStep } from "../system/commands";
import { Interrupted } from "../system/interruption";

/** What the CLI shows, and logs, when the key is pressed. */
const cancelled = "^C received";

/**
 * Runs the Pulumi CLI where the user sees it, without its questions.
 *
 * @returns Its exit code.
 * @throws Interrupted when Ctrl-C ended it. On a terminal the CLI reads keys itself: no signal comes then, and its exit code is
 *   that of any failure, so its log is asked.
 */
export async function pulumiStep(home: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const log = path.join(home, "pulumi-events.json");
  try {
    const code = await runOwnStep("pulumi", [...args, "--event-log", log], {
      ...env,
      PULUMI_SKIP_CONFIRMATIONS: "true",
      // It has --event-log only with its commands for debugging.
      PULUMI_DEBUG_COMMANDS: "true",
    });
    if (code !== 0 && fs.existsSync(log) && fs.readFileSync(log, "utf8").includes(cancelled)) {
      throw new Interrupted("SIGINT");
    }
    return code;
  } finally {
    // It has registry logins in clear.
    fs.rmSync(log, { force: true });
  }
}
