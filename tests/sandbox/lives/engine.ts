import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import Module from "node:module";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { version as awsVersion } from "@pulumi/aws/package.json";
import { version as dockerVersion } from "@pulumi/docker/package.json";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { buildSync } from "esbuild";
import { version } from "pulumi/package.json";
import { version as ecrVersion } from "../../../provider/package.json";
import { startProvider } from "../../../provider/protocol/serve";
import { ecrProvider } from "../../../provider/provider";
import { awsProvider } from "../../../sandbox/providers/aws/provider";
import { dockerProvider } from "../../../sandbox/providers/docker/provider";

/** The CLI itself, since a kill would otherwise hit npm's launcher. */
const cli = path.join(process.env["PULUMI_HOME"] ?? "", "versions", version, "bin", "pulumi");
const root = path.resolve(__dirname, "../../..");

export interface Result {
  code: number;
  output: string;
}

/**
 * The real CLI, with the two costliest parts of a command kept warm in this process: the program's packages (in
 * Pulumi's own in-process language host, from its Automation API) and the AWS stand-in. The program itself is evaluated
 * each time. A command takes half a second of CPU time instead of 2.3.
 */
export class Engine {
  private constructor(
    private readonly directory: string,
    private readonly languagePort: number,
  ) {}

  /** @param directory The project's directory, for one life after another. */
  static async start(directory: string): Promise<Engine> {
    for (const part of ["Pulumi.yaml", "start.cjs", "package.json", "node_modules", "provider"]) {
      fs.symlinkSync(path.join(root, part), path.join(directory, part));
    }
    fs.mkdirSync(path.join(directory, "state"));
    return new Engine(directory, await serveProgram());
  }

  /** Runs a command to its end. */
  async run(...args: string[]): Promise<Result> {
    // A provider that was told to stop stays stopped, so each command gets its own.
    const aws = await startProvider(awsProvider(awsVersion));
    const docker = await startProvider(dockerProvider(dockerVersion));
    const ecr = await startProvider(ecrProvider(ecrVersion));
    const providers = `aws:${aws.port},docker:${docker.port},ecr:${ecr.port}`;
    try {
      const usesProgram = ["up", "preview", "refresh", "destroy"].includes(args[0] ?? "");
      const client = usesProgram ? ["--client", `127.0.0.1:${this.languagePort}`] : [];
      return await this.start([...args, ...client], { PULUMI_DEBUG_PROVIDERS: providers }).finished;
    } finally {
      aws.close();
      docker.close();
      ecr.close();
    }
  }

  /** Starts a command without anything kept warm, such as one that will be killed. */
  start(args: string[], env: NodeJS.ProcessEnv = {}): { child: ChildProcess; finished: Promise<Result> } {
    const child = spawn(cli, [...args, "--non-interactive"], {
      cwd: this.directory,
      env: { ...process.env, ...env, PULUMI_BACKEND_URL: `file://${path.join(this.directory, "state")}` },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    const finished = new Promise<Result>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? -1, output }));
    });
    return { child, finished };
  }
}

/** Serves the program to the CLI's `--client`. */
async function serveProgram(): Promise<number> {
  const { code } = compile();
  const host = new LanguageServer(async () => evaluate(code));
  const server = new grpc.Server();
  server.addService(LanguageRuntimeService as unknown as grpc.ServiceDefinition, host as never);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return port;
}

const { LanguageServer } = require("@pulumi/pulumi/automation/server") as {
  LanguageServer: new (program: () => Promise<unknown>) => object;
};

const compiled = path.join(root, "index.js");

/** Compiles the program as start.cjs does. */
function compile(): { code: string } {
  const { outputFiles } = buildSync({
    entryPoints: [path.join(root, "index.ts")],
    outfile: compiled,
    absWorkingDir: root,
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node22",
    format: "cjs",
    write: false,
    logLevel: "silent",
  });
  return { code: outputFiles[0]?.text ?? "" };
}

async function evaluate(code: string): Promise<Record<string, unknown>> {
  const program = new Module(compiled, module) as Module & { _compile(code: string, file: string): void };
  program.filename = compiled;
  program.paths = (Module as unknown as { _nodeModulePaths(from: string): string[] })._nodeModulePaths(root);
  program._compile(code, compiled);
  const outputs = await (program.exports as () => Promise<object>)();
  return Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== undefined));
}
