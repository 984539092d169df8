import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import * as language from "@pulumi/pulumi/proto/language_pb";
import {
  PackageDependency,
  PackageParameterization,
  PluginDependency,
  PluginInfo,
} from "@pulumi/pulumi/proto/plugin_pb";
import { version as sdkVersion } from "@pulumi/pulumi/version";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type ExitStatus, exitStatus, startChild, stopAllChildren, stopChild } from "./children";
import { StatusError, streaming, unary } from "./handlers";
import { installedPackages, packageVersion, requiredPlugins } from "./packages";
import { PolicyPackRelay } from "./policyPack";
import { findRunner, lazySdkParts, programArguments, programEnvironment, readOptions } from "./programs";

/** The runner's exit code for an error that was already shown to the user. */
const alreadyReported = 32;

export interface HostContext {
  /** Address of the engine's service. */
  engine: string;
  /** Endpoint for traces, when the CLI was given one. */
  tracing: string | undefined;
}

/** The LanguageRuntime service for Node programs, policy packs and plugins. */
export function languageRuntime(context: HostContext): grpc.UntypedServiceImplementation {
  return {
    handshake: unary(() => new language.LanguageHandshakeResponse()),
    getPluginInfo: unary(() => new PluginInfo().setVersion(sdkVersion)),
    about: unary(about),
    getRequiredPackages: unary(getRequiredPackages),
    getRequiredPlugins: unary(getRequiredPlugins),
    getProgramDependencies: unary(getProgramDependencies),
    runtimeOptionsPrompts: unary(() => new language.RuntimeOptionsResponse()),
    installDependencies: streaming(installDependencies),
    run: unary((request: language.RunRequest, call: grpc.ServerUnaryCall<language.RunRequest, language.RunResponse>) =>
      run(request, call, context),
    ),
    runPlugin: streaming(runPlugin),
    generateProgram: unary(() => {
      throw new StatusError(
        grpc.status.UNIMPLEMENTED,
        "GenerateProgram: writing program code needs the language host of the released Pulumi CLI; " +
          "`pulumi import --generate-code=false` imports without it",
      );
    }),
    cancel: unary(async () => {
      await stopAllChildren();
      return new Empty();
    }),
  };
}

async function run(
  request: language.RunRequest,
  call: grpc.ServerUnaryCall<language.RunRequest, language.RunResponse>,
  context: HostContext,
): Promise<language.RunResponse> {
  refuseDebugger(request.getAttachDebugger());
  const response = new language.RunResponse();
  const options = readOptions(request.getInfo());
  const directory = request.getInfo()?.getProgramDirectory() || request.getPwd();
  const runner = findRunner("run", directory);
  if (runner === undefined) {
    return response.setError(`the Pulumi SDK (@pulumi/pulumi) is not installed for ${directory}: run \`npm ci\` there`);
  }
  const child = startChild(
    process.execPath,
    [...lazySdkParts(), ...options.nodeArgs, ...programArguments(request, runner, context.engine, context.tracing)],
    // The engine shows the host's output; inheriting the streams keeps the program's order.
    { cwd: request.getPwd(), env: programEnvironment(request, options), stdio: ["pipe", "inherit", "inherit"] },
  );
  call.on("cancelled", () => void stopChild(child));
  const ending = await exitStatus(child);
  if (ending.code === 0) return response;
  if (ending.code === alreadyReported) return response.setBail(true);
  return response.setError(`the program ended with ${describe(ending)}`);
}

async function runPlugin(
  request: language.RunPluginRequest,
  call: grpc.ServerWritableStream<language.RunPluginRequest, language.RunPluginResponse>,
): Promise<void> {
  refuseDebugger(request.getAttachDebugger());
  const options = readOptions(request.getInfo());
  const directory = request.getInfo()?.getProgramDirectory() || request.getProgram();
  const output = {
    stdout: (data: Buffer) => void call.write(new language.RunPluginResponse().setStdout(data)),
    stderr: (data: Buffer) => void call.write(new language.RunPluginResponse().setStderr(data)),
    exit: (code: number) => void call.write(new language.RunPluginResponse().setExitcode(code)),
  };
  // Unlike those of a program, `nodeargs` follow the runner in Pulumi's own host, where they have no effect on Node.
  const isPolicyPack = request.getKind() === "analyzer";
  const runnerName = isPolicyPack ? "run-policy-pack" : "run-plugin";
  const runner = findRunner(runnerName, directory);
  if (runner === undefined) {
    // The engine recognizes this message, and responds with the command that installs the pack's dependencies.
    output.stderr(Buffer.from(`Cannot find module '@pulumi/pulumi/cmd/${runnerName}' from ${directory}\n`));
    return output.exit(1);
  }
  const environment = Object.fromEntries(
    request.getEnvList().map((entry) => {
      const equals = entry.indexOf("=");
      return [entry.slice(0, equals), entry.slice(equals + 1)];
    }),
  );
  if (isPolicyPack) {
    const engine = request.getArgsList().at(-1) ?? "";
    const command = [...lazySdkParts(), runner, ...options.nodeArgs, engine];
    const pack = new PolicyPackRelay({ command, directory, environment }, output);
    call.on("cancelled", () => void pack.close(true));
    output.stdout(Buffer.from(`${await pack.listen()}\n`));
    output.exit(await pack.ended);
    return pack.close();
  }
  const child = startChild(process.execPath, [runner, ...options.nodeArgs, directory, ...request.getArgsList()], {
    cwd: request.getPwd(),
    env: environment,
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdout?.on("data", output.stdout);
  child.stderr?.on("data", output.stderr);
  call.on("cancelled", () => void stopChild(child));
  const ending = await exitStatus(child);
  output.exit(ending.code ?? 1);
}

async function installDependencies(
  request: language.InstallDependenciesRequest,
  call: grpc.ServerWritableStream<language.InstallDependenciesRequest, language.InstallDependenciesResponse>,
): Promise<void> {
  const { packageManager } = readOptions(request.getInfo());
  if (packageManager !== "npm") {
    throw new StatusError(
      grpc.status.UNIMPLEMENTED,
      `packagemanager: this language host installs with npm only: run \`${packageManager} install\` yourself`,
    );
  }
  const directory = await workspaceRoot(request.getInfo()?.getProgramDirectory() || request.getDirectory());
  // With a lockfile, exactly what it specifies, without changing it.
  const command = fs.existsSync(path.join(directory, "package-lock.json")) ? "ci" : "install";
  const child = startChild("npm", [command, "--no-audit", "--no-fund"], {
    cwd: directory,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const write = (response: language.InstallDependenciesResponse) => void call.write(response);
  child.stdout?.on("data", (data: Buffer) => write(new language.InstallDependenciesResponse().setStdout(data)));
  child.stderr?.on("data", (data: Buffer) => write(new language.InstallDependenciesResponse().setStderr(data)));
  call.on("cancelled", () => void stopChild(child));
  const ending = await exitStatus(child);
  if (ending.code !== 0) {
    throw new StatusError(grpc.status.INTERNAL, `npm ${command} in ${directory} ended with ${describe(ending)}`);
  }
}

/** The root of the npm workspace that contains a folder: all of it is installed, as by Pulumi's own language host. */
async function workspaceRoot(folder: string): Promise<string> {
  const { stdout } = await promisify(execFile)("npm", ["prefix"], { cwd: folder });
  return stdout.trim();
}

function about(request: language.AboutRequest): language.AboutResponse {
  const directory = request.getInfo()?.getProgramDirectory() ?? process.cwd();
  const response = new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version);
  const metadata = response.getMetadataMap();
  metadata.set("host", "language host of this project's sandbox");
  for (const name of ["@pulumi/pulumi", "typescript", "ts-node"]) {
    const version = packageVersion(directory, name);
    if (version !== undefined) metadata.set(name, version);
  }
  return response;
}

function getProgramDependencies(
  request: language.GetProgramDependenciesRequest,
): language.GetProgramDependenciesResponse {
  const directory = request.getInfo()?.getProgramDirectory() || request.getPwd();
  const packages = installedPackages(directory, request.getTransitivedependencies());
  return new language.GetProgramDependenciesResponse().setDependenciesList(
    packages.map(({ name, version }) => new language.DependencyInfo().setName(name).setVersion(version)),
  );
}

function getRequiredPackages(request: language.GetRequiredPackagesRequest): language.GetRequiredPackagesResponse {
  const plugins = requiredPlugins(request.getInfo()?.getProgramDirectory() ?? process.cwd());
  return new language.GetRequiredPackagesResponse().setPackagesList(
    plugins.map(({ name, version, server, parameterization }) => {
      const dependency = new PackageDependency().setKind("resource").setName(name).setVersion(version);
      if (server !== undefined) dependency.setServer(server);
      if (parameterization !== undefined) {
        dependency.setParameterization(
          new PackageParameterization()
            .setName(parameterization.name)
            .setVersion(parameterization.version)
            .setValue(parameterization.value),
        );
      }
      return dependency;
    }),
  );
}

function getRequiredPlugins(request: language.GetRequiredPluginsRequest): language.GetRequiredPluginsResponse {
  const plugins = requiredPlugins(request.getInfo()?.getProgramDirectory() || request.getPwd());
  return new language.GetRequiredPluginsResponse().setPluginsList(
    plugins.map(({ name, version, server }) =>
      new PluginDependency()
        .setKind("resource")
        .setName(name)
        .setVersion(version)
        .setServer(server ?? ""),
    ),
  );
}

function refuseDebugger(isRequested: boolean): void {
  if (!isRequested) return;
  throw new StatusError(
    grpc.status.UNIMPLEMENTED,
    "--attach-debugger: not supported by this language host: set the runtime option `nodeargs: --inspect-brk` instead",
  );
}

function describe({ code, signal }: ExitStatus): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}
