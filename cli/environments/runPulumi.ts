import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { printError } from "../terminal";
import { adviceFor } from "./advice";
import { openEventLog } from "./eventLog";
import { runningLosses } from "./runningLosses";

/**
 * Runs the Pulumi CLI in this terminal, and says below its own output what to do about faults that it met.
 *
 * @param args Of the CLI, the operation first.
 * @returns Its exit code.
 */
export async function runPulumi(args: readonly string[], environment: string): Promise<number> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-pulumi-"));
  // Diagnostics are in the log whatever the terminal's display makes of them; what fails before an update is on stderr.
  const log = openEventLog(path.join(folder, "events"));
  try {
    const running = run(["--no-install", "pulumi", ...args, ...(log?.args ?? [])]);
    // However it ends: a log that is open would keep this process.
    const diagnostics = await running.catch(() => {}).then(() => log?.end() ?? "");
    const { code, errors } = await running;
    const said = `${diagnostics}\n${errors}`;
    const advice = [...adviceFor(said, environment), ...(await runningLosses(said))];
    if (advice.length > 0) printError(["", "What to do:", ...advice.map((line) => `- ${line}`)].join("\n"));
    return code;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function run(args: string[]): Promise<{ code: number; errors: string }> {
  return new Promise((resolve, reject) => {
    let errors = "";
    const child = spawn("npx", args, {
      stdio: ["inherit", "inherit", "pipe"],
      // The CLI has --event-log only with its commands for debugging.
      env: { ...process.env, PULUMI_DEBUG_COMMANDS: "true" },
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
      process.stderr.write(text);
    });
    // A terminal's Ctrl-C reaches both: this one stays until the CLI has ended its update in good order.
    const stay = () => {};
    process.on("SIGINT", stay);
    child.on("error", reject);
    child.on("close", (code) => {
      process.off("SIGINT", stay);
      resolve({ code: code ?? 1, errors });
    });
  });
}
