import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { EcrOutputs } from "../../../outputs/schema";

const root = path.resolve(__dirname, "../../..");

/** The parts of this repository that its Pulumi program needs to run. */
const parts = [
  "Pulumi.yaml",
  "Pulumi.local.yaml",
  "Pulumi.dev.yaml",
  "Pulumi.staging.yaml",
  "Pulumi.prod.yaml",
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
];

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
  /** Both interleaved, as a terminal shows them. */
  output: string;
}

export interface Outputs {
  privateRepositories: Record<string, RepositoryOutputs & { pullPolicy: string }>;
  publicRepositories: Record<string, RepositoryOutputs>;
  images: Record<string, { reference: string; tag: string; digest: string }>;
  costs?: EcrOutputs["costs"];
}

interface RepositoryOutputs {
  url: string;
  arn: string;
  name: string;
  pushCommands: { login: string; build: string; tag: string; push: string };
}

/**
 * A copy of the project that a test may change, with its own state and AWS account, in the sandbox that `npm test`
 * started. It runs the real commands: the Pulumi CLI, docker and aws.
 */
export class TestProject {
  readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-program-"));
  /** 12 digits; the gateway takes them as an access key ID of that account. */
  readonly account: string;
  readonly env: NodeJS.ProcessEnv;

  /** The state of the stack `local`; the CLI keeps the previous one next to it as `<file>.bak`. */
  readonly stateFile = path.join(this.directory, "state", ".pulumi", "stacks", "ecr", "local.json");

  /**
   * @param account A random, empty one by default.
   * @param copied Parts of the repository to copy; `[]` for somebody else's project, which has its own packages too.
   */
  constructor(account = String(randomInt(100_000_000_000, 999_999_999_999)), copied: readonly string[] = parts) {
    this.account = account;
    if (process.env["AWS_ENDPOINT_URL"] === undefined) {
      throw new Error("sandbox tests need the sandbox: run them as `npm test -- tests/sandbox/…`");
    }
    for (const part of copied) fs.cpSync(path.join(root, part), path.join(this.directory, part), { recursive: true });
    if (copied.length > 0) fs.symlinkSync(path.join(root, "node_modules"), path.join(this.directory, "node_modules"));
    const state = path.join(this.directory, "state");
    fs.mkdirSync(state);
    this.env = {
      ...process.env,
      AWS_ACCESS_KEY_ID: this.account,
      PULUMI_BACKEND_URL: `file://${state}`,
      // Each project has its own logins.
      DOCKER_CONFIG: path.join(this.directory, "docker-config"),
    };
    fs.cpSync(process.env["DOCKER_CONFIG"] ?? "", path.join(this.directory, "docker-config"), { recursive: true });
  }

  /** Runs a command in the project's directory, or in a folder of it. */
  run(command: string, args: string[], env: NodeJS.ProcessEnv = {}, folder = ""): Promise<Result> {
    return this.start(command, args, env, folder).finished;
  }

  /** Starts a command, and gives the test access to its process. */
  start(command: string, args: string[], env: NodeJS.ProcessEnv = {}, folder = "") {
    const child = spawn(command, args, {
      cwd: path.join(this.directory, folder),
      env: { ...this.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const result: Result = { code: -1, stdout: "", stderr: "", output: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        result[name] += text;
        result.output += text;
      });
    }
    const finished = new Promise<Result>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ ...result, code: code ?? -1 }));
    });
    return { child, finished, soFar: () => result.output };
  }

  pulumi(...args: string[]): Promise<Result> {
    return this.run("pulumi", [...args, "--stack", "local", "--non-interactive"]);
  }

  /** Like `pulumi`, but throws with the command's output when it fails. */
  async mustPulumi(...args: string[]): Promise<Result> {
    const result = await this.pulumi(...args);
    if (result.code !== 0) throw new Error(`pulumi ${args.join(" ")}: exit code ${result.code}\n${result.output}`);
    return result;
  }

  async must(command: string, ...args: string[]): Promise<string> {
    const result = await this.run(command, args);
    if (result.code !== 0) throw new Error(`${command} ${args.join(" ")}: exit code ${result.code}\n${result.output}`);
    return result.stdout;
  }

  async init(): Promise<void> {
    await this.must("pulumi", "stack", "init", "local", "--non-interactive");
  }

  async up(): Promise<Result> {
    return this.mustPulumi("up", "--yes", "--skip-preview");
  }

  async outputs(): Promise<Outputs> {
    return JSON.parse((await this.mustPulumi("stack", "output", "--json")).stdout) as Outputs;
  }

  /** The inputs of each resource in the state, by URN. */
  async resources(): Promise<Record<string, unknown>> {
    const state = JSON.parse((await this.mustPulumi("stack", "export")).stdout) as {
      deployment: { resources?: { urn: string; inputs?: unknown }[] };
    };
    return Object.fromEntries((state.deployment.resources ?? []).map(({ urn, inputs }) => [urn, inputs]));
  }

  /** Runs an AWS CLI command. @returns its parsed JSON output. */
  async aws<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.must("aws", ...args, "--output", "json")) as T;
  }

  read(file: string): string {
    return fs.readFileSync(path.join(this.directory, file), "utf8");
  }

  write(file: string, content: string | Buffer): void {
    const place = path.join(this.directory, file);
    fs.mkdirSync(path.dirname(place), { recursive: true });
    fs.writeFileSync(place, content);
  }

  /** Replaces a string in a file; throws when it is missing, so that no test passes on an unchanged file. */
  edit(file: string, from: string, to: string): void {
    const before = this.read(file);
    if (!before.includes(from)) throw new Error(`${file} holds no ${JSON.stringify(from)}`);
    this.write(file, before.replace(from, to));
  }

  remove(): void {
    fs.rmSync(this.directory, { recursive: true, force: true });
  }
}
