import { execFile } from "node:child_process";
import * as path from "node:path";
import { isRegionName } from "../ecr/names/regions";
import { parseRepositoryArn } from "../ecr/names/repositoryArns";
import type { RepositoryAddress } from "./aws/repositoryImages";
import { environmentsOf, projectFolder } from "./project";

/** A stack's outputs, without decrypted secrets. */
export type StackOutputs = Record<string, unknown>;

/** Maximum size of a stack's output in bytes: 1,000 repositories with all their values are under 2 MB. */
const outputLimit = 64 * 1024 * 1024;

/**
 * `pulumi stack output --json` in the working directory.
 *
 * @param stack A stack of this project, or `organization/project/stack` of any. @default the selected one
 * @throws Error with Pulumi's message when it fails: no such stack, not logged in, not installed.
 */
export async function readStackOutputs(stack: string | undefined): Promise<StackOutputs> {
  return JSON.parse(await pulumi("stack output", stack)) as StackOutputs;
}

/**
 * `pulumi config --json` in the working directory: values by key, such as `ecr:costs`, without secrets.
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
  // Prefers the project's own launcher, so that everyone uses the same version.
  const bin = path.resolve("node_modules", ".bin");
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env["PATH"] ?? ""}` };
  return new Promise((resolve, reject) => {
    execFile("pulumi", args, { env, maxBuffer: outputLimit }, (error, stdout, stderr) => {
      if (error) {
        const reason = stderr.trim() || error.message;
        reject(new Error(`pulumi ${args.join(" ")} failed:\n${reason}\n${remedyFor(reason)}`.trimEnd()));
      } else {
        resolve(stdout);
      }
    });
  });
}

/** What to do about a message of the CLI, or of its launcher, which downloads it. */
function remedyFor(reason: string): string {
  if (/fetch failed|ENOTFOUND|EAI_AGAIN/.test(reason)) {
    return "Pulumi's CLI could not be downloaded: check the network.";
  }
  if (/ENOENT/.test(reason)) return "Pulumi's CLI is not installed. Run `npm ci --ignore-scripts` first.";
  if (!/no stack|no current stack|not found/i.test(reason)) return "";
  return `Name the stack with --stack: ${environmentsOf(projectFolder()).join(", ")}.`;
}

/** Every string in the outputs, at any depth, with its path, in order. */
function* stringLeaves(outputs: StackOutputs): Generator<[path: string, text: string]> {
  // An explicit stack, because values can be nested deeper than calls can.
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

/** The private repositories whose ARNs are in a stack's outputs, without duplicates, in order. */
export function repositoriesIn(outputs: StackOutputs): RepositoryAddress[] {
  const found = new Map<string, RepositoryAddress>();
  for (const [, text] of stringLeaves(outputs)) {
    const { region, account: registryId, name = "" } = parseRepositoryArn(text) ?? {};
    // Signed requests are sent to the region's host.
    if (isRegionName(region)) {
      found.set(text, { name, region, registryId });
    }
  }
  return [...found.values()];
}

/** Names of the public repositories whose ARNs are in a stack's outputs, without duplicates. */
export function publicRepositoriesIn(outputs: StackOutputs): string[] {
  const names = new Set<string>();
  for (const [, text] of stringLeaves(outputs)) {
    const repository = parseRepositoryArn(text);
    if (repository?.kind === "public") {
      names.add(repository.name);
    }
  }
  return [...names];
}

/** Repository names by their keys in the config, from the output `privateRepositories`. */
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

/** The digests in a stack's outputs, each with the first output that contains it. */
export function digestsIn(outputs: StackOutputs): Map<string, string> {
  const digests = new Map<string, string>();
  for (const [at, text] of stringLeaves(outputs)) {
    for (const [digest] of text.matchAll(/\bsha256:[0-9a-f]{64}\b/g)) {
      if (!digests.has(digest)) {
        digests.set(digest, at);
      }
    }
  }
  return digests;
}
