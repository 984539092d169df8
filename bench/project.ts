import { randomInt } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type CommandRun, measureCommand } from "./measure/command";

export const root = path.resolve(__dirname, "..");

/** What programs and policy packs are made of. */
const parts = [
  "Pulumi.yaml",
  "Pulumi.local.yaml",
  "package.json",
  "tsconfig.json",
  "tsconfig.pulumi.json",
  "start.cjs",
  "index.ts",
  "components",
  "config",
  "ecr",
  "oci",
  "outputs",
  "policies",
  "app",
  "bench/programs",
  "bench/packs",
];

/** Twelve digits: as an access key id they stand for an account of its own in the sandbox. */
let nextAccount = randomInt(800_000_000_000, 899_999_000_000);

/** A copy of the project with another program in it, with a state and an AWS account of its own. */
export class BenchProject {
  readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-bench-"));
  env: NodeJS.ProcessEnv;

  /** @param program One of bench/programs; the project's own when there is none. */
  constructor(env: NodeJS.ProcessEnv, program?: string) {
    for (const part of parts) {
      fs.cpSync(path.join(root, part), path.join(this.directory, part), { recursive: true });
    }
    fs.symlinkSync(path.join(root, "node_modules"), path.join(this.directory, "node_modules"));
    if (program !== undefined) this.write("index.ts", `import "./bench/programs/${program}";\n`);
    const state = path.join(this.directory, "state");
    const docker = path.join(this.directory, "docker-config");
    fs.cpSync(env["DOCKER_CONFIG"] ?? "", docker, { recursive: true });
    this.env = {
      ...env,
      PULUMI_BACKEND_URL: `file://${state}`,
      DOCKER_CONFIG: docker,
    };
  }

  pulumi(args: readonly string[], options: Partial<Parameters<typeof measureCommand>[1]> = {}): Promise<CommandRun> {
    const { env, ...rest } = options;
    return measureCommand(["pulumi", ...args, "--stack", "local", "--non-interactive"], {
      cwd: this.directory,
      env: { ...this.env, ...env },
      ...rest,
    });
  }

  /** An empty stack in an empty account, whatever there was before. */
  async init(): Promise<void> {
    const state = path.join(this.directory, "state");
    fs.rmSync(state, { recursive: true, force: true });
    fs.mkdirSync(state);
    this.env = { ...this.env, AWS_ACCESS_KEY_ID: String(nextAccount++) };
    await this.pulumi(["stack", "init"]);
  }

  /** An update without the preview before it. */
  up(options: Partial<Parameters<typeof measureCommand>[1]> = {}): Promise<CommandRun> {
    return this.pulumi(["up", "--yes", "--skip-preview"], options);
  }

  /** What a command of another program prints. */
  async run(program: string, ...args: string[]): Promise<string> {
    const { output } = await measureCommand([program, ...args], { cwd: this.directory, env: this.env });
    return output.trim();
  }

  read(file: string): string {
    return fs.readFileSync(path.join(this.directory, file), "utf8");
  }

  write(file: string, text: string): void {
    fs.writeFileSync(path.join(this.directory, file), text);
  }

  remove(): void {
    fs.rmSync(this.directory, { recursive: true, force: true });
  }
}
