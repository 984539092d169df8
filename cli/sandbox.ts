import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { environmentsOf, projectFolder, unknownEnvironment } from "./project";
import { printError } from "./terminal";

// The sandbox's stack exists only in the sandbox: commands for it run there automatically, from whatever shell.

/** The sandbox's stack, whose file is Pulumi.local.yaml. */
const sandboxStack = "local";

/** Whether this process already runs in a sandbox. */
export function isInSandbox(): boolean {
  return process.env["SANDBOX_HOME"] !== undefined && process.env["AWS_ENDPOINT_URL"] !== undefined;
}

/**
 * Checks a command's stack before Pulumi is called; in a sandbox, and for stacks of other projects, Pulumi checks it.
 *
 * @param stack The given name. Undefined: the selected stack, otherwise the sandbox's if it exists.
 * @returns `"handed over"` when the command was run in the sandbox: there is nothing left to do.
 * @throws Error that lists the existing stacks.
 */
export async function ensureStack(stack: string | undefined): Promise<"here" | "handed over"> {
  if (isInSandbox() || stack?.includes("/")) return "here";
  const project = projectFolder();
  if (stack !== undefined && !environmentsOf(project).includes(stack)) {
    throw new Error(unknownEnvironment(project, stack));
  }
  const meant = stack ?? process.env["PULUMI_STACK"] ?? selectedStack(project);
  if (meant !== undefined && meant !== sandboxStack) return "here";
  if (!fs.existsSync(path.join(project, ".sandbox"))) {
    if (meant === sandboxStack) {
      throw new Error(
        `the stack ${sandboxStack} belongs to the sandbox, and there is no sandbox here. Run \`npm run local\` first.`,
      );
    }
    throw new Error(
      `--stack: found nothing, and no stack is selected. Must be one of ${environmentsOf(project).join(", ")}.`,
    );
  }
  const why = meant === undefined ? "no stack is selected, so the sandbox's is used" : "the sandbox's stack";
  printError(`${sandboxStack}: ${why}, in ${path.join(project, ".sandbox")}`);
  // A different stack may be selected there.
  process.exitCode = await runInSandbox(project, stack === undefined ? ["--stack", sandboxStack] : []);
  return "handed over";
}

/**
 * Runs this command in the sandbox, with the stack added if it was omitted. Stopped parts of the sandbox are restarted.
 */
function runInSandbox(project: string, more: readonly string[]): Promise<number> {
  const [, script = "", ...args] = process.argv;
  const command = [
    path.join(project, "sandbox", "bootstrap.mjs"),
    "run",
    "--",
    process.execPath,
    script,
    ...args,
    ...more,
  ];
  // Ctrl-C in a terminal reaches both processes; this one stays until the other has ended.
  const stay = () => {};
  process.on("SIGINT", stay);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("SIGINT", stay);
      resolve(code ?? (signal === "SIGINT" ? 130 : 1));
    });
  });
}

/** A project's stack chosen with `pulumi stack select`, as stored in Pulumi's home. */
function selectedStack(project: string): string | undefined {
  const home = process.env["PULUMI_HOME"] ?? path.join(os.homedir(), ".pulumi");
  const hash = createHash("sha1")
    .update(path.join(fs.realpathSync(project), "Pulumi.yaml"))
    .digest("hex");
  try {
    const file = path.join(home, "workspaces", `ecr-${hash}-workspace.json`);
    const { stack } = JSON.parse(fs.readFileSync(file, "utf8")) as { stack?: string };
    return stack?.split("/").at(-1) || undefined;
  } catch {
    return undefined;
  }
}
