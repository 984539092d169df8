import { execFile, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { didYouMean } from "../../ecr/values/nearestWord";
import { configLocations } from "../configLocations";
import { interruptedExitCode } from "../exitCodes";
import { printError, writeThrough } from "../terminal";
import { adviceFor } from "./advice";
import { openEventLog } from "./eventLog";
import { runningLosses } from "./runningLosses";
import { RunRecord } from "./runRecord";
import { runSummary, searchableOutput } from "./runSummary";

/**
 * Runs the Pulumi CLI in this terminal, and reports below its own output what changed, why it failed, and what to do.
 *
 * @param args Arguments after the operation.
 * @returns 0, 1 when it failed, 130 when it was interrupted.
 */
export async function runPulumi(
  operation: "preview" | "up",
  args: readonly string[],
  environment: string,
): Promise<number> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-pulumi-"));
  // Diagnostics are in the log, however the terminal displays them; failures before an update are on stderr.
  const log = openEventLog(path.join(folder, "events"));
  try {
    const running = run(["--no-install", "pulumi", operation, ...args, ...(log?.args ?? [])]);
    // Always close the log: an open one would keep this process alive.
    const record = (await running.catch(() => {}).then(() => log?.end())) ?? new RunRecord();
    const { code, isInterrupted, errors } = await running;
    const messages = `${searchableOutput(record)}\n${errors}`;
    const advice = [
      ...adviceFor(messages, environment),
      ...(await runningLosses(messages)),
      ...(await misspeltFlags(errors, operation)),
      ...violationLocations(record, environment),
    ];
    const text = runSummary({ operation, code, isInterrupted, record }, advice);
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
    // Ctrl-C in a terminal reaches both processes: this one stays until the CLI has ended its update cleanly.
    const stay = () => {
      isInterrupted = true;
    };
    process.on("SIGINT", stay);
    const child = spawn("npx", args, {
      stdio: ["inherit", "inherit", "pipe"],
      // The CLI has --event-log only with its debugging commands enabled.
      env: { ...process.env, PULUMI_DEBUG_COMMANDS: "true" },
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
      writeThrough(text);
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

/** Where the config defines what mandatory rules reject; their own messages name resources. */
function violationLocations({ violations }: RunRecord, environment: string): string[] {
  const placeOf = configLocations(process.cwd(), environment);
  return violations.flatMap(({ rule, urn }) => {
    const place = placeOf(urn, rule);
    return place === undefined ? [] : [`${rule} above: ${urn.split("::").at(-1)} is defined at ${place}.`];
  });
}

/** The Pulumi flag that was probably meant by an unknown one, from Pulumi's own help. */
async function misspeltFlags(errors: string, operation: string): Promise<string[]> {
  const [, flag] = /unknown flag: (--[\w-]+)/.exec(errors) ?? [];
  if (flag === undefined) return [];
  const help = await new Promise<string>((resolve) =>
    execFile("npx", ["--no-install", "pulumi", operation, "--help"], (_, stdout) => resolve(stdout)),
  );
  const guess = didYouMean(flag, new Set(help.match(/--[a-z][\w-]+/g) ?? []));
  return guess === "" ? [] : [`Pulumi has no flag ${flag}: ${guess.trim()}`];
}
