import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { environmentsOf, projectFolder, unknownEnvironment } from "./project";
import { printError } from "./terminal";

// The sandbox's stack exists nowhere but in the sandbox: a command on it goes there by itself, whichever shell it is typed in.

/** The sandbox's stack, whose file is Pulumi.local.yaml. */
const sandboxStack = "local";

/** Whether this process runs in a sandbox already. */
export function isInSandbox(): boolean {
  return process.env["SANDBOX_HOME"] !== undefined && process.env["AWS_ENDPOINT_URL"] !== undefined;
}

/**
 * The stack that a command is about, checked before Pulumi is asked; in a sandbox and for stacks of other projects it is
 * Pulumi that knows.
 *
 * @param stack As it was given. Undefined: the one that is selected, else the sandbox's where there is one.
 * @returns `"handed over"` when the command ran in the sandbox: there is nothing left to do.
 * @throws Error that lists the stacks that there are.
 */
export async function atStack(stack: string | undefined): Promise<"here" | "handed over"> {
  if (isInSandbox() || stack?.includes("/")) return "here";
  const project = projectFolder();
  if (stack !== undefined && !environmentsOf(project).includes(stack))
    throw new Error(unknownEnvironment(project, stack));
  const meant = stack ?? process.env["PULUMI_STACK"] ?? selectedStack(project);
  if (meant !== undefined && meant !== sandboxStack) return "here";
  if (!fs.existsSync(path.join(project, ".sandbox"))) {
    if (meant === sandboxStack) {
      throw new Error(
        `the stack ${sandboxStack} is the sandbox's, and there is no sandbox here. Run \`npm run local\` first.`,
      );
    }
    throw new Error(`no stack is selected. Name one with --stack: ${environmentsOf(project).join(", ")}.`);
  }
  const why = meant === undefined ? "no stack is selected, so this is the sandbox's" : "the sandbox's stack";
  printError(`${sandboxStack}: ${why}, in ${path.join(project, ".sandbox")}`);
  // Another stack may be the selected one there.
  process.exitCode = await runInSandbox(project, stack === undefined ? ["--stack", sandboxStack] : []);
  return "handed over";
}

/** This very command, in the sandbox, with the stack where it named none. What is stopped of it is started again. */
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
  // A terminal's Ctrl-C reaches both; this one stays until the other has ended.
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

/** The stack that `pulumi stack select` chose in a project, as Pulumi keeps it in its home. */
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
