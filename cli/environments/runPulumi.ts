import { execFile, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { didYouMean } from "../../ecr/nearestWord";
import { configPlaces } from "../configPlaces";
import { interruptedExitCode } from "../exitCodes";
import { passOn, printError } from "../terminal";
import { adviceFor } from "./advice";
import { advisable, afterwards } from "./afterwards";
import { openEventLog } from "./eventLog";
import { runningLosses } from "./runningLosses";
import { RunRecord } from "./runRecord";

/**
 * Runs the Pulumi CLI in this terminal, and says below its own output what changed, why it failed and what to do.
 *
 * @param args Of the CLI, after the operation.
 * @returns 0, 1 when it failed, 130 when it was interrupted.
 */
export async function runPulumi(
  operation: "preview" | "up",
  args: readonly string[],
  environment: string,
): Promise<number> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-pulumi-"));
  // Diagnostics are in the log whatever the terminal's display makes of them; what fails before an update is on stderr.
  const log = openEventLog(path.join(folder, "events"));
  try {
    const running = run(["--no-install", "pulumi", operation, ...args, ...(log?.args ?? [])]);
    // However it ends: a log that is open would keep this process.
    const record = (await running.catch(() => {}).then(() => log?.end())) ?? new RunRecord();
    const { code, isInterrupted, errors } = await running;
    const said = `${advisable(record)}\n${errors}`;
    const advice = [
      ...adviceFor(said, environment),
      ...(await runningLosses(said)),
      ...(await misspeltFlags(errors, operation)),
      ...placesOf(record, environment),
    ];
    const text = afterwards({ operation, code, isInterrupted, record }, advice);
    if (text !== "") printError(`\n${text}`);
    return isInterrupted ? interruptedExitCode : code === 0 ? 0 : 1;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function run(args: string[]): Promise<{ code: number; isInterrupted: boolean; errors: string }> {
  return new Promise((resolve, reject) => {
    let errors = "";
    let isInterrupted = false;
    // A terminal's Ctrl-C reaches both: this one stays until the CLI has ended its update in good order.
    const stay = () => {
      isInterrupted = true;
    };
    process.on("SIGINT", stay);
    const child = spawn("npx", args, {
      stdio: ["inherit", "inherit", "pipe"],
      // The CLI has --event-log only with its commands for debugging.
      env: { ...process.env, PULUMI_DEBUG_COMMANDS: "true" },
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
      passOn(text);
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("SIGINT", stay);
      resolve({
        code: code ?? 1,
        isInterrupted: isInterrupted || signal === "SIGINT" || code === interruptedExitCode,
        errors,
      });
    });
  });
}

/** Where the config describes what mandatory rules refuse; their own texts speak of resources. */
function placesOf({ violations }: RunRecord, environment: string): string[] {
  const placeOf = configPlaces(process.cwd(), environment);
  return violations.flatMap(({ rule, urn }) => {
    const place = placeOf(urn, rule);
    return place === undefined ? [] : [`${rule} above: ${urn.split("::").at(-1)} is described at ${place}.`];
  });
}

/** The flag of Pulumi's that was meant by one that it does not know, as its own help has them. */
async function misspeltFlags(errors: string, operation: string): Promise<string[]> {
  const [, flag] = /unknown flag: (--[\w-]+)/.exec(errors) ?? [];
  if (flag === undefined) return [];
  const help = await new Promise<string>((resolve) =>
    execFile("npx", ["--no-install", "pulumi", operation, "--help"], (_, stdout) => resolve(stdout)),
  );
  const guess = didYouMean(flag, new Set(help.match(/--[a-z][\w-]+/g) ?? []));
  return guess === "" ? [] : [`Pulumi has no flag ${flag}: ${guess.trim()}`];
}
