import type { ChildProcess } from "node:child_process";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import { AnalyzerHandshakeResponse, AnalyzerStackConfigureRequest } from "@pulumi/pulumi/proto/analyzer_pb";
import { exitStatus, startChild, stopChild } from "./children";
import { channelOptions, listen, StatusError, unary } from "./handlers";
import { configVariable } from "./programs";

/** A policy pack's output and exit code. */
export interface PluginOutput {
  stdout(data: Buffer): void;
  stderr(data: Buffer): void;
}

export interface PolicyPackStart {
  /** Arguments for Node: the runner and its own arguments, without the pack's folder. */
  command: readonly string[];
  directory: string;
  environment: NodeJS.ProcessEnv;
}

const passThrough = (data: Buffer) => data;

/**
 * A relay between the engine and a policy pack. It exists because the pack reads stack, project, and config from its
 * environment at startup, but the engine sends them only after it has connected. So the engine connects to the relay,
 * and the pack is started by the first call that needs it: after ConfigureStack, or without it when there is no stack
 * (`pulumi policy publish`). All calls are forwarded as bytes.
 */
export class PolicyPackRelay {
  private readonly server = new grpc.Server(channelOptions);
  private pack: Promise<grpc.Client> | undefined;
  private child: ChildProcess | undefined;
  private end: (code: number) => void = () => {};
  /** Resolves with the pack's exit code once it has ended. */
  readonly ended = new Promise<number>((resolve) => {
    this.end = resolve;
  });

  constructor(
    private readonly start: PolicyPackStart,
    private readonly output: PluginOutput,
  ) {}

  /** Listens, and returns the port for the engine. */
  async listen(): Promise<number> {
    const service: Record<string, grpc.MethodDefinition<Buffer, Buffer>> = {};
    const handlers: grpc.UntypedServiceImplementation = {};
    for (const [name, method] of Object.entries(AnalyzerService as unknown as grpc.ServiceDefinition)) {
      service[name] = {
        path: method.path,
        requestStream: false,
        responseStream: false,
        requestSerialize: passThrough,
        requestDeserialize: passThrough,
        responseSerialize: passThrough,
        responseDeserialize: passThrough,
      };
      handlers[name] = unary((request: Buffer) => this.forward(method.path, request));
    }
    handlers["handshake"] = unary(() => Buffer.from(new AnalyzerHandshakeResponse().serializeBinary()));
    handlers["configureStack"] = unary((request: Buffer) => {
      const stack = AnalyzerStackConfigureRequest.deserializeBinary(request);
      this.pack ??= this.startPack(stackEnvironment(stack));
      return this.forward("/pulumirpc.Analyzer/ConfigureStack", request);
    });
    this.server.addService(service, handlers);
    return listen(this.server);
  }

  /** Stops listening; with `atOnce` it also aborts calls in progress. Otherwise the engine still gets its response. */
  async close(atOnce = false): Promise<void> {
    if (atOnce) this.server.forceShutdown();
    else this.server.tryShutdown(() => {});
    if (this.child === undefined) this.end(0);
    else await stopChild(this.child);
  }

  private async forward(method: string, request: Buffer): Promise<Buffer> {
    this.pack ??= this.startPack({});
    const client = await this.pack;
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(method, passThrough, passThrough, request, (error, response) => {
        if (error) reject(error);
        else resolve(response ?? Buffer.alloc(0));
      });
    });
  }

  private startPack(stack: NodeJS.ProcessEnv): Promise<grpc.Client> {
    const { command, directory, environment } = this.start;
    // The trailing separator makes `require` resolve the folder, never a file next to it such as policies.json.
    const child = startChild(process.execPath, [...command, directory + path.sep], {
      cwd: directory,
      env: { ...environment, ...stack },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.child = child;
    child.stderr?.on("data", (data: Buffer) => this.output.stderr(data));
    return new Promise((resolve, reject) => {
      let firstLine: Buffer | undefined = Buffer.alloc(0);
      child.stdout?.on("data", (data: Buffer) => {
        if (firstLine === undefined) return this.output.stdout(data);
        firstLine = Buffer.concat([firstLine, data]);
        const newline = firstLine.indexOf("\n");
        if (newline < 0) return;
        const port = Number(firstLine.subarray(0, newline).toString().trim());
        const rest = firstLine.subarray(newline + 1);
        if (!Number.isInteger(port) || port <= 0) {
          const line = firstLine.subarray(0, newline).toString().trim();
          reject(new StatusError(grpc.status.FAILED_PRECONDITION, invalidPortMessage(directory, line)));
          firstLine = undefined;
          void stopChild(child);
          return;
        }
        firstLine = undefined;
        if (rest.length > 0) this.output.stdout(rest);
        resolve(new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), channelOptions));
      });
      exitStatus(child).then(
        ({ code, signal }) => {
          this.end(code ?? 1);
          // No effect if the pack had already started.
          const how = signal === null ? `exit code ${code}` : signal;
          reject(
            new StatusError(grpc.status.FAILED_PRECONDITION, `policy pack ${directory} ended (${how}) while starting`),
          );
        },
        (error: Error) => {
          this.end(1);
          reject(error);
        },
      );
    });
  }
}

function invalidPortMessage(directory: string, line: string): string {
  return (
    `policy pack ${path.basename(directory)}: the first line of its output must be its port, but is ${JSON.stringify(line)}: ` +
    "print nothing while the pack loads, or use console.error"
  );
}

/** The values behind `pulumi.getStack()`, `getProject()`, `getOrganization()` and `new pulumi.Config()`. */
function stackEnvironment(request: AnalyzerStackConfigureRequest): NodeJS.ProcessEnv {
  const values = {
    ORGANIZATION: request.getOrganization(),
    PROJECT: request.getProject(),
    STACK: request.getStack(),
    DRY_RUN: String(request.getDryRun()),
  };
  const variables: NodeJS.ProcessEnv = {
    PULUMI_CONFIG: configVariable(request.getConfigMap().getEntryList()),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigSecretKeysList()),
  };
  for (const [name, value] of Object.entries(values)) {
    if (value === "") continue;
    variables[`PULUMI_NODEJS_${name}`] = value;
    variables[`PULUMI_${name}`] = value;
  }
  return variables;
}
