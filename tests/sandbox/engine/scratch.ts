import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { type InstalledEngine, installEngine } from "../../../sandbox/engine/installEngine";
import { projectRoot } from "../../../sandbox/paths";
import { bundleProgram } from "../bundle";
import { temporaryDirectory } from "../temporary";

/** Bundles the language host from the working tree, so that no stale bundle is tested. */
export async function bundleLanguageHost(directory: string): Promise<string> {
  const outfile = path.join(directory, "language-host.cjs");
  await bundleProgram("languageHost/main.ts", outfile);
  await bundleProgram("languageHost/lazySdkParts.ts", path.join(directory, "lazy-sdk-parts.cjs"));
  return outfile;
}

/** Without type checks, which take seconds and are not tested here. */
export const tsconfig = JSON.stringify({
  compilerOptions: { module: "commonjs", moduleResolution: "node10", noCheck: true },
});

export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Both streams. */
  output: string;
}

/** A temporary folder with a Pulumi home, a state backend, a project and the files that a test writes. */
export class Scratch {
  readonly project: string;

  private constructor(
    readonly directory: string,
    readonly engine: InstalledEngine,
    readonly environment: NodeJS.ProcessEnv,
  ) {
    this.project = path.join(directory, "program");
  }

  static async create(): Promise<Scratch> {
    const directory = temporaryDirectory();
    const languageHost = await bundleLanguageHost(directory);
    const engine = await installEngine({ home: directory, progress: () => {}, languageHost });
    fs.mkdirSync(path.join(directory, "state"));
    const environment = {
      PATH: `${engine.binDirectory}${path.delimiter}${process.env["PATH"]}`,
      HOME: process.env["HOME"],
      PULUMI_HOME: engine.pulumiHome,
      PULUMI_BACKEND_URL: `file://${path.join(directory, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "scratch",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      NO_COLOR: "1",
    };
    const scratch = new Scratch(directory, engine, environment);
    scratch.write("program/Pulumi.yaml", "name: scratch\nruntime: nodejs\n");
    scratch.write(
      "program/package.json",
      JSON.stringify({
        name: "scratch",
        main: "index.ts",
        dependencies: { "@pulumi/pulumi": "*", "@pulumi/aws": "*" },
      }),
    );
    scratch.write("program/tsconfig.json", tsconfig);
    fs.symlinkSync(path.join(projectRoot, "node_modules"), path.join(directory, "node_modules"));
    return scratch;
  }

  write(file: string, content: string): void {
    const target = path.join(this.directory, file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, content);
  }

  /** Starts the CLI itself, not the launcher, so that killing the child kills the CLI. */
  start(args: string[], directory = this.project) {
    return spawn(this.engine.path, args, { cwd: directory, env: this.environment, stdio: ["ignore", "pipe", "pipe"] });
  }

  pulumi(args: string[], directory = this.project): Promise<Result> {
    return new Promise((resolve, reject) => {
      const child = this.start(args, directory);
      const result: Result = { code: null, stdout: "", stderr: "", output: "" };
      child.stdout.on("data", (data: Buffer) => {
        result.stdout += data;
        result.output += data;
      });
      child.stderr.on("data", (data: Buffer) => {
        result.stderr += data;
        result.output += data;
      });
      child.once("error", reject);
      child.once("close", (code) => resolve({ ...result, code }));
    });
  }

  /** Throws with the CLI's whole output if the command fails. */
  async succeed(args: string[], directory = this.project): Promise<Result> {
    const result = await this.pulumi(args, directory);
    if (result.code !== 0) throw new Error(`pulumi ${args.join(" ")}: exit code ${result.code}\n${result.output}`);
    return result;
  }

  /** Processes whose command line or working directory names this scratch folder. */
  processes(): string[] {
    const found: string[] = [];
    for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        const line = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        const directory = fs.readlinkSync(`/proc/${pid}/cwd`);
        if (line.includes(this.directory) || directory.startsWith(this.directory)) found.push(`${pid} ${line}`);
      } catch {
        // It ended meanwhile.
      }
    }
    return found;
  }

  /** Removes the folder, and kills processes that a failed test left running in it. */
  remove(): void {
    for (const line of this.processes()) process.kill(Number.parseInt(line, 10), "SIGKILL");
    fs.rmSync(this.directory, { recursive: true, force: true });
  }
}
