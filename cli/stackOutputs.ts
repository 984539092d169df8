import { execFile } from "node:child_process";
import * as path from "node:path";
import { isRegionName } from "../ecr/regions";
import { parseRepositoryArn } from "../ecr/repositoryArns";
import type { RepositoryAddress } from "./aws/repositoryImages";
import { environmentsOf, projectFolder } from "./project";

/** Outputs of a stack, decrypted secrets left out. */
export type StackOutputs = Record<string, unknown>;

/** Longest output of a stack in bytes: 1,000 repositories with all their values are under 2 MB. */
const outputLimit = 64 * 1024 * 1024;

/**
 * `pulumi stack output --json` in the working directory.
 *
 * @param stack A stack of this project, or `organization/project/stack` of any. @default the selected one
 * @throws Error with what Pulumi said when it fails: no such stack, not logged in, not installed.
 */
export async function readStackOutputs(stack: string | undefined): Promise<StackOutputs> {
  return JSON.parse(await pulumi("stack output", stack)) as StackOutputs;
}

/**
 * `pulumi config --json` in the working directory: values by key, such as `ecr:costs`, secrets left out.
 *
 * @param stack As for the outputs.
 */
export async function readStackConfig(stack: string | undefined): Promise<Record<string, unknown>> {
  const entries = JSON.parse(await pulumi("config", stack)) as Record<
    string,
    { value?: string; objectValue?: unknown }
  >;
  return Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, entry.objectValue ?? entry.value]));
}

function pulumi(command: string, stack: string | undefined): Promise<string> {
  const args = [
    ...command.split(" "),
    "--json",
    "--non-interactive",
    ...(stack === undefined ? [] : ["--stack", stack]),
  ];
  // The project's own launcher first: everyone runs one version.
  const bin = path.resolve("node_modules", ".bin");
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env["PATH"] ?? ""}` };
  return new Promise((resolve, reject) => {
    execFile("pulumi", args, { env, maxBuffer: outputLimit }, (error, stdout, stderr) => {
      if (error) {
        const said = stderr.trim() || error.message;
        reject(new Error(`pulumi ${args.join(" ")} failed:\n${said}\n${remedyFor(said)}`.trimEnd()));
      } else {
        resolve(stdout);
      }
    });
  });
}

/** What to do about a message of the CLI, or of its launcher, which downloads it. */
function remedyFor(said: string): string {
  if (/fetch failed|ENOTFOUND|EAI_AGAIN/.test(said))
    return "Pulumi's CLI could not be downloaded: look at the network.";
  if (/ENOENT/.test(said)) return "Pulumi's CLI is not there. Run `npm ci --ignore-scripts` first.";
  if (!/no stack|no current stack|not found/i.test(said)) return "";
  return `Name the stack with --stack: ${environmentsOf(projectFolder()).join(", ")}.`;
}

/** Every text in the outputs, however deep, with the path that leads to it, in their order. */
function* texts(outputs: StackOutputs): Generator<[path: string, text: string]> {
  // A list of its own, since values can be nested deeper than calls can.
  const left: [path: string, value: unknown][] = [["", outputs]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [at, value] = next;
    if (typeof value === "string") {
      yield [at, value];
    } else if (typeof value === "object" && value !== null) {
      const below = Object.entries(value).map(([key, each]): [string, unknown] => [
        at === "" ? key : `${at}.${key}`,
        each,
      ]);
      for (const each of below.reverse()) left.push(each);
    }
  }
}

/** The private repositories whose ARNs a stack's outputs have, each once, in the outputs' order. */
export function repositoriesIn(outputs: StackOutputs): RepositoryAddress[] {
  const found = new Map<string, RepositoryAddress>();
  for (const [, text] of texts(outputs)) {
    const { region, account: registryId, name = "" } = parseRepositoryArn(text) ?? {};
    // Signed requests go to the region's host.
    if (isRegionName(region)) {
      found.set(text, { name, region, registryId });
    }
  }
  return [...found.values()];
}

/** Names of the public repositories whose ARNs a stack's outputs have, each once. */
export function publicRepositoriesIn(outputs: StackOutputs): string[] {
  const names = new Set<string>();
  for (const [, text] of texts(outputs)) {
    const repository = parseRepositoryArn(text);
    if (repository?.kind === "public") {
      names.add(repository.name);
    }
  }
  return [...names];
}

/** Repositories' names by their keys in config, as the output `privateRepositories` has them. */
export function repositoryKeys(outputs: StackOutputs): Map<string, string> {
  const keys = new Map<string, string>();
  for (const [key, value] of Object.entries(outputs["privateRepositories"] ?? {})) {
    const name: unknown = typeof value === "object" && value !== null && "name" in value ? value.name : undefined;
    if (typeof name === "string") {
      keys.set(key, name);
    }
  }
  return keys;
}

/** The digests that a stack's outputs name, each with the first output that does. */
export function digestsIn(outputs: StackOutputs): Map<string, string> {
  const digests = new Map<string, string>();
  for (const [at, text] of texts(outputs)) {
    for (const [digest] of text.matchAll(/\bsha256:[0-9a-f]{64}\b/g)) {
      if (!digests.has(digest)) {
        digests.set(digest, at);
      }
    }
  }
  return digests;
}
