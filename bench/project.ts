import { randomInt } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type CommandRun, measureCommand } from "./measure/command";

export const root = path.resolve(__dirname, "..");

/** Folder with the sources of programs and policy packs. */
const projectFiles = [
  "Pulumi.yaml",
  "Pulumi.local.yaml",
  "package.json",
  "tsconfig.json",
  "tsconfig.pulumi.json",
  "start.cjs",
  "index.ts",
  "components",
  "config",
  "consumers",
  "ecr",
  "oci",
  "outputs",
  "policies",
  "provider",
  "app",
  "bench/programs",
  "bench/packs",
];

/** Twelve digits: the sandbox treats such an access key ID as a separate account. */
let nextAccount = randomInt(800_000_000_000, 899_999_000_000);

/** A copy of the project with another program, and its own state and AWS account. */
export class BenchProject {
  readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-bench-"));
  env: NodeJS.ProcessEnv;

  /** @param program A file in bench/programs. @default the project's own program */
  constructor(env: NodeJS.ProcessEnv, program?: string) {
    for (const part of projectFiles) {
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

  /** An empty stack in an empty account, whatever existed before. */
  async init(): Promise<void> {
    const state = path.join(this.directory, "state");
    fs.rmSync(state, { recursive: true, force: true });
    fs.mkdirSync(state);
    this.env = { ...this.env, AWS_ACCESS_KEY_ID: String(nextAccount++) };
    await this.pulumi(["stack", "init"]);
  }

  /** An update without a preview. */
  up(options: Partial<Parameters<typeof measureCommand>[1]> = {}): Promise<CommandRun> {
    return this.pulumi(["up", "--yes", "--skip-preview"], options);
  }

  /** The output of another program's command. */
  async run(program: string, ...args: string[]): Promise<string> {
    const { output } = await measureCommand([program, ...args], { cwd: this.directory, env: this.env });
    return output.trim();
  }

  read(file: string): string {
    return fs.readFileSync(path.join(this.directory, file), "utf8");
  }

  write(file: string, text: string): void {
    const place = path.join(this.directory, file);
    fs.mkdirSync(path.dirname(place), { recursive: true });
    fs.writeFileSync(place, text);
  }

  remove(): void {
    fs.rmSync(this.directory, { recursive: true, force: true });
  }
}
