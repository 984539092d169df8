import { execFile } from "node:child_process";
import * as path from "node:path";
import type { RepositoryAddress } from "./aws/repositoryImages";

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
export function readStackOutputs(stack: string | undefined): Promise<StackOutputs> {
  const args = ["stack", "output", "--json", "--non-interactive", ...(stack === undefined ? [] : ["--stack", stack])];
  // The project's own launcher first: everyone runs one version.
  const bin = path.resolve("node_modules", ".bin");
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env["PATH"] ?? ""}` };
  return new Promise((resolve, reject) => {
    execFile("pulumi", args, { env, maxBuffer: outputLimit }, (error, stdout, stderr) => {
      if (error) {
        const said = stderr.trim() || error.message;
        reject(
          new Error(
            `pulumi ${args.join(" ")} failed:\n${said}\nName the stack with --stack, or a repository with --repository.`,
          ),
        );
      } else {
        resolve(JSON.parse(stdout) as StackOutputs);
      }
    });
  });
}

/** Every text in the outputs, however deep, with the path that leads to it. */
function* texts(value: unknown, at: string): Generator<[path: string, text: string]> {
  if (typeof value === "string") {
    yield [at, value];
  } else if (typeof value === "object" && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      yield* texts(each, at === "" ? key : `${at}.${key}`);
    }
  }
}

const repositoryArn = /^arn:[a-z0-9-]+:ecr:([a-z0-9-]+):([0-9]{12}):repository\/(.+)$/;

/** The private repositories whose ARNs a stack's outputs have, each once, in the outputs' order. */
export function repositoriesIn(outputs: StackOutputs): RepositoryAddress[] {
  const found = new Map<string, RepositoryAddress>();
  for (const [, text] of texts(outputs, "")) {
    const [, region, registryId, name] = repositoryArn.exec(text) ?? [];
    if (region !== undefined && name !== undefined) {
      found.set(text, { name, region, registryId });
    }
  }
  return [...found.values()];
}

/** The digests that a stack's outputs name, each with the first output that does. */
export function digestsIn(outputs: StackOutputs): Map<string, string> {
  const digests = new Map<string, string>();
  for (const [at, text] of texts(outputs, "")) {
    for (const [digest] of text.matchAll(/\bsha256:[0-9a-f]{64}\b/g)) {
      if (!digests.has(digest)) {
        digests.set(digest, at);
      }
    }
  }
  return digests;
}
