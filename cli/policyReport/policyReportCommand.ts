import { execFile } from "node:child_process";
import * as path from "node:path";
import type { Command } from "commander";
import { configLocations } from "../configLocations";
import { foundExitCode } from "../exitCodes";
import { withProgress } from "../progress";
import { environmentsOf, policyConfigOf, projectFolder } from "../project";
import { ensureStack } from "../sandbox";
import { print, printError } from "../terminal";
import { readPolicyEvents } from "./policyEvents";
import { policyReportText } from "./policyReportText";

interface Options {
  stack: string;
  pack: string;
  config?: string;
  json?: boolean;
}

/** A preview of a large stack produces some kilobytes for each resource. */
const maximumOutput = 512 * 1024 * 1024;

/** `policies`: exit code 0 when no mandatory rule failed, 2 when one did, 1 for any other error. */
export function addPolicyReportCommand(program: Command): void {
  program
    .command("policies")
    .description("shows for each rule what passed, failed or could not be evaluated in a preview of the stack")
    .option("--stack <stack>", "the stack to preview (required)")
    .option("--pack <folder>", "the policy pack", "policies")
    .option("--config <file>", "the policy config (default: policies/config/<stack>.json, as for preview and up)")
    .option("--json", "print JSON", false)
    .action(async (given: Partial<Options>) => {
      const options = withStack(given);
      if ((await ensureStack(options.stack)) === "handed over") return;
      // Another pack has its own enforcement levels.
      const isOwn = options.pack === "policies";
      const config = options.config ?? (isOwn ? policyConfigOf(projectFolder(), options.stack) : undefined);
      printError(`policies of ${options.pack}, with ${config ?? "the pack's own levels"}`);
      const { stdout, failed } = await withProgress(`previewing ${options.stack}`, () => preview(options, config));
      const { rules, errors } = readPolicyEvents(stdout);
      const mandatory = rules.some(({ violations }) => violations.some(({ level }) => level === "mandatory"));
      if (rules.length === 0 || (failed && !mandatory)) {
        throw new Error(`the preview of ${options.stack} failed: ${errors.join("\n") || stdout || failed}`);
      }
      const results = { stack: options.stack, config, rules };
      print(
        options.json
          ? JSON.stringify(results, undefined, 2)
          : policyReportText(rules, configLocations(projectFolder(), options.stack)),
      );
      process.exitCode = mandatory ? foundExitCode : 0;
    });
}

/** Pulumi could use the selected stack, but the policy config depends on its name. */
function withStack(options: Partial<Options>): Options {
  const { stack, pack = "policies" } = options;
  if (stack !== undefined) return { ...options, stack, pack };
  throw new Error(`--stack: found nothing. Must be one of ${environmentsOf(projectFolder()).join(", ")}.`);
}

/** Streams the engine's own events: plain `preview --json` omits policy results. */
function preview({ stack, pack }: Options, config?: string): Promise<{ stdout: string; failed: string | undefined }> {
  const args = ["preview", "--json", "--non-interactive", "--stack", stack, "--policy-pack", pack];
  if (config !== undefined) args.push("--policy-pack-config", config);
  // Prefers the project's own launcher, so that everyone uses the same version.
  const bin = path.resolve("node_modules", ".bin");
  const PATH = `${bin}${path.delimiter}${process.env["PATH"] ?? ""}`;
  const env = { ...process.env, PATH, PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" };
  return new Promise((resolve) => {
    execFile("pulumi", args, { env, maxBuffer: maximumOutput }, (error, stdout, stderr) =>
      resolve({ stdout, failed: error === null ? undefined : stderr || error.message }),
    );
  });
}
