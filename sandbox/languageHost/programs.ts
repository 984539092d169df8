import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import type { ProgramInfo, RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { StatusError } from "./handlers";

/** `runtime.options` in Pulumi.yaml and PulumiPolicy.yaml that a Node host supports. */
export interface RuntimeOptions {
  /** Load TypeScript through ts-node. Default true. */
  typescript: boolean;
  /** Arguments for Node itself, before the program. Default none. */
  nodeArgs: string[];
  /** The tsconfig.json to use, relative to the program's folder. Default: `tsconfig.json` if it exists. */
  tsconfig: string | undefined;
  /** The package manager. Default `npm`; this host installs with no other, but runs programs installed by any. */
  packageManager: string;
}

const knownOptions = ["typescript", "nodeargs", "tsconfig", "packagemanager"];

/** Reads the runtime options and rejects those that this host would otherwise silently ignore. */
export function readOptions(info: ProgramInfo | undefined): RuntimeOptions {
  const options = (info?.getOptions()?.toJavaScript() ?? {}) as Record<string, unknown>;
  const faults: string[] = [];
  for (const name of Object.keys(options)) {
    if (!knownOptions.includes(name)) {
      faults.push(`${name}: not an option of this language host. Allowed: ${knownOptions.join(", ")}. Remove it`);
    }
  }
  const { typescript = true, nodeargs = "", tsconfig, packagemanager = "npm" } = options;
  if (typeof typescript !== "boolean") faults.push(`typescript: ${JSON.stringify(typescript)} is not true or false`);
  if (typeof nodeargs !== "string") faults.push(`nodeargs: ${JSON.stringify(nodeargs)} is not a string`);
  if (tsconfig !== undefined && typeof tsconfig !== "string") {
    faults.push(`tsconfig: ${JSON.stringify(tsconfig)} is not the path of a file`);
  }
  if (typeof packagemanager !== "string") {
    faults.push(`packagemanager: ${JSON.stringify(packagemanager)} is not a name`);
  }
  if (faults.length > 0) {
    throw new StatusError(grpc.status.INVALID_ARGUMENT, `runtime options: ${faults.join("; ")}`);
  }
  return {
    typescript: typescript !== false,
    nodeArgs: splitArguments(String(nodeargs)),
    tsconfig: typeof tsconfig === "string" ? tsconfig : undefined,
    packageManager: String(packagemanager),
  };
}

/**
 * Splits a command line at blanks outside single and double quotes; a backslash escapes the next character outside
 * single quotes.
 */
export function splitArguments(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let i = 0; i < line.length; i++) {
    const character = line.charAt(i);
    if (character === "\\" && quote !== "'" && i + 1 < line.length) word = (word ?? "") + line.charAt(++i);
    else if (quote !== "" && character === quote) quote = "";
    else if (quote !== "") word = (word ?? "") + character;
    else if (character === '"' || character === "'") {
      quote = character;
      word ??= "";
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + character;
  }
  if (quote !== "") {
    throw new StatusError(grpc.status.INVALID_ARGUMENT, `nodeargs: ${line}: the quote ${quote} is never closed`);
  }
  return word === undefined ? words : [...words, word];
}

/** Finds a runner (`run`, `run-policy-pack`, `run-plugin`) of the SDK installed for the given folder. */
export function findRunner(name: string, directory: string): string | undefined {
  try {
    return createRequire(path.join(directory, "index.js")).resolve(`@pulumi/pulumi/cmd/${name}`);
  } catch {
    return undefined;
  }
}

/** Config in the SDK's format: JSON whose keys have the historic `config:` part, which every version supports. */
export function configVariable(config: Iterable<[string, string]>): string {
  const rewritten = [...config].map(([key, value]) => {
    const colon = key.indexOf(":");
    const old = colon < 0 || key.startsWith("config:", colon + 1);
    return [old ? key : `${key.slice(0, colon)}:config:${key.slice(colon + 1)}`, value];
  });
  return JSON.stringify(Object.fromEntries(rewritten));
}

/** Node arguments that defer loading rarely used parts of the SDK, if the preload file exists next to the host. */
export function lazySdkParts(): string[] {
  const preload = path.join(__dirname, "lazy-sdk-parts.cjs");
  return fs.existsSync(preload) ? ["--require", preload] : [];
}

/** The command line of a program: runner, flags, entry point, arguments. */
export function programArguments(
  request: RunRequest,
  runner: string,
  engine: string,
  tracing: string | undefined,
): string[] {
  const info = request.getInfo();
  const flags: [string, string | undefined][] = [
    ["monitor", request.getMonitorAddress()],
    ["engine", engine],
    ["organization", request.getOrganization()],
    ["project", request.getProject()],
    ["root-directory", info?.getRootDirectory()],
    ["stack", request.getStack()],
    ["pwd", request.getPwd()],
    ["parallel", request.getParallel() > 0 ? String(request.getParallel()) : undefined],
    ["tracing", tracing],
  ];
  return [
    runner,
    ...flags.flatMap(([name, value]) => (value ? [`--${name}`, value] : [])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info?.getEntryPoint() || request.getProgram() || ".",
    ...request.getArgsList(),
  ];
}

/** The environment of a program. */
export function programEnvironment(request: RunRequest, options: RuntimeOptions): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PULUMI_CONFIG: configVariable(request.getConfigMap().getEntryList()),
    // The SDK compares these with keys as the program writes them: without the `config:` part.
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    PULUMI_NODEJS_TYPESCRIPT: String(options.typescript),
    ...(options.tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
  };
}
