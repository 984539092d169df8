import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../../sandbox/paths";
import { type CommandResult, run, runOrThrow } from "../../../sandbox/system/commands";
import { freePort } from "../../../sandbox/system/ports";
import { commandBlocks } from "../../docs/commandMarkers";
import { temporaryDirectory } from "../temporary";

/** Clones the project's working tree, with uncommitted changes, into a temporary folder. */
export async function scratchClone(): Promise<string> {
  const folder = path.join(temporaryDirectory(), "clone");
  await runOrThrow("git", ["clone", "--quiet", "--no-hardlinks", projectRoot, folder]);
  const git = (cwd: string, ...args: string[]) => runOrThrow("git", args, { cwd });
  const listed = await git(projectRoot, "ls-files", "-z", "--cached", "--others", "--exclude-standard");
  for (const file of listed.split("\0").filter((each) => each !== "")) {
    const [from, to] = [path.join(projectRoot, file), path.join(folder, file)];
    fs.rmSync(to, { force: true });
    if (fs.existsSync(from)) {
      fs.mkdirSync(path.dirname(to), { recursive: true });
      fs.copyFileSync(from, to);
    }
  }
  await git(folder, "add", "--all");
  const author = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
  await git(folder, ...author, "commit", "--quiet", "--allow-empty", "--no-verify", "--message", "As it is here");
  return folder;
}

/** Gives a clone the packages installed here, as `npm ci` would: links to the project's packages lead to the clone. */
export async function withPackages(folder: string): Promise<void> {
  // Hard links save copying hundreds of megabytes; nothing writes into an installed package.
  await runOrThrow("cp", ["-al", path.join(projectRoot, "node_modules"), folder]);
}

/** The environment of someone who has just cloned the project, without the sandbox variables of `npm test`. */
export async function newcomersEnvironment(): Promise<NodeJS.ProcessEnv> {
  const env = { ...process.env };
  const home = env["SANDBOX_HOME"] ?? "";
  for (const name of Object.keys(env)) {
    if (/^(AWS|PULUMI|DOCKER|SANDBOX|npm)_/.test(name) || name === "INIT_CWD") delete env[name];
  }
  const foreign = [path.join(home, "bin"), path.join(projectRoot, "node_modules", ".bin")];
  const ports = ["SANDBOX_PORT", "SANDBOX_PUBLIC_REGISTRY_PORT", "SANDBOX_PRIVATE_REGISTRY_PORT"];
  return {
    ...env,
    PATH: (env["PATH"] ?? "")
      .split(path.delimiter)
      .filter((each) => !foreign.includes(each))
      .join(path.delimiter),
    // Other processes on the machine use ports, too.
    ...Object.fromEntries(ports.map((name) => [name, "0"])),
    SANDBOX_APP_PORT: String(await freePort()),
  };
}

/** A document's command blocks that are marked as run by this test or by any test. */
export function blocksOf(document: string, test: string): string[] {
  return commandBlocks(document)
    .filter(({ marker }) => marker === "runs" || marker === `runs in ${test}`)
    .map(({ text }) => text.replaceAll(/^npm test\b.*$/gm, ""));
}

/** Types commands into a shell in the clone. */
export async function typeInto(
  clone: string,
  env: NodeJS.ProcessEnv,
  text: string,
): Promise<CommandResult & { output: string }> {
  const result = await run("bash", ["-e", "-o", "pipefail", "-c", text], { cwd: clone, env });
  return { ...result, output: result.stdout + result.stderr };
}
