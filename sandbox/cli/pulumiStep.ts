import * as fs from "node:fs";
import * as path from "node:path";
import { runOwnStep } from "../system/commands";
import { Interrupted } from "../system/interruption";

/** The message that the CLI shows and logs when the key is pressed. */
const cancelled = "^C received";

/**
 * Runs the Pulumi CLI in the foreground, without its questions.
 *
 * @returns Its exit code.
 * @throws Interrupted when Ctrl-C ended it. On a terminal the CLI reads keys itself: there is no signal, and its exit
 * code is the same as for any failure, so its log is checked.
 */
export async function pulumiStep(home: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const log = path.join(home, "pulumi-events.json");
  try {
    const code = await runOwnStep("pulumi", [...args, "--event-log", log], {
      ...env,
      PULUMI_SKIP_CONFIRMATIONS: "true",
      // The CLI has --event-log only with its debugging commands enabled.
      PULUMI_DEBUG_COMMANDS: "true",
    });
    if (code !== 0 && fs.existsSync(log) && fs.readFileSync(log, "utf8").includes(cancelled)) {
      throw new Interrupted("SIGINT");
    }
    return code;
  } finally {
    // It contains registry credentials in clear text.
    fs.rmSync(log, { force: true });
  }
}
