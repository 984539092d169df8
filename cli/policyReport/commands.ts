import { execFile } from "node:child_process";
import type { Command } from "commander";
import { print } from "../terminal";
import { readPolicyEvents } from "./events";
import { policyReportText } from "./text";

interface Options {
  stack: string;
  pack: string;
  config?: string;
  json?: boolean;
}

/** A preview of a large stack streams some kilobytes for each resource. */
const maximumOutput = 512 * 1024 * 1024;

/** `policies`: exit code 0 when no mandatory rule failed, 2 when one did, 1 for any other error. */
export function addPolicyReportCommand(program: Command): void {
  program
    .command("policies")
    .description("rule by rule: what passed, what failed, what could not be judged in a preview of the stack")
    .requiredOption("--stack <name>", "the stack to preview")
    .option("--pack <folder>", "the policy pack", "policies")
    .option("--config <file>", "the policy config; the pack's config/<stack>.json goes well with a stack of that name")
    .option("--json", "as JSON, for machines")
    .action(async (options: Options) => {
      const { stdout, failed } = await preview(options);
      const { rules, errors } = readPolicyEvents(stdout);
      const mandatory = rules.some(({ violations }) => violations.some(({ level }) => level === "mandatory"));
      if (rules.length === 0 || (failed && !mandatory)) {
        throw new Error(`the preview of ${options.stack} failed: ${errors.join("\n") || stdout || failed}`);
      }
      print(options.json ? JSON.stringify({ stack: options.stack, rules }, undefined, 2) : policyReportText(rules));
      process.exitCode = mandatory ? 2 : 0;
    });
}

/** The engine's own events: `preview --json` alone leaves out what policies say. */
function preview({ stack, pack, config }: Options): Promise<{ stdout: string; failed: string | undefined }> {
  const args = ["preview", "--json", "--non-interactive", "--stack", stack, "--policy-pack", pack];
  if (config !== undefined) {
    args.push("--policy-pack-config", config);
  }
  const env = { ...process.env, PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" };
  return new Promise((resolve) => {
    execFile("pulumi", args, { env, maxBuffer: maximumOutput }, (error, stdout, stderr) =>
      resolve({ stdout, failed: error === null ? undefined : stderr || error.message }),
    );
  });
}
