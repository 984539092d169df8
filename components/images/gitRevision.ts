import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Fault } from "../../ecr/faults";
import { type BuildInputs, contextFiles, dockerfileOf, ignoreFileOf, isSentToDocker } from "./buildContext";

/** The commit that a build's source is at. */
export interface GitRevision {
  /** 40 (or 64) hexadecimal digits. */
  commit: string;
  /** Files of the build that are not as the commit has them, relative to the repository's root; none in a clean tree. */
  dirty: string[];
}

/**
 * Reads the commit that is checked out in the repository that holds the context. A file that Docker gets counts as dirty
 * when it was changed, deleted or is not part of the commit, ignored by Git or not: the commit alone does not make it.
 * Files that Docker does not get do not count.
 */
export function readGitRevision(
  inputs: Pick<BuildInputs, "context" | "dockerfile">,
): GitRevision | { faults: Fault[] } {
  try {
    // Git answers with real paths.
    const context = fs.realpathSync(inputs.context);
    const root = git(context, "rev-parse", "--show-toplevel").trimEnd();
    const commit = git(context, "rev-parse", "--verify", "HEAD").trimEnd();
    const files = new Set(sourceFiles(inputs, context));
    const changed = namesOf(root, "diff", "--name-only", "--no-renames", "-z", "HEAD");
    const tracked = namesOf(root, "ls-files", "-z");
    const isSent = isSentToDocker(inputs);
    const deleted = [...changed].filter((file) => {
      const inContext = path.relative(context, file);
      return !inContext.startsWith("..") && !fs.existsSync(file) && isSent(inContext);
    });
    const dirty = [...files].filter((file) => changed.has(file) || !tracked.has(file));
    return { commit, dirty: [...dirty, ...deleted].map((file) => path.relative(root, file)).sort() };
  } catch (error) {
    return {
      faults: [
        {
          path: "tagFrom",
          value: "git",
          rule: `the commit of the context cannot be read (${error instanceof Error ? error.message : String(error)}).`,
          fix: "build from a Git repository with at least one commit, or leave tagFrom out.",
        },
      ],
    };
  }
}

/** What an image is made of: the context's files, the Dockerfile and the ignore file, wherever they are. */
function sourceFiles(inputs: Pick<BuildInputs, "context" | "dockerfile">, context: string): string[] {
  const ignoreFile = ignoreFileOf(inputs);
  return [
    ...contextFiles(inputs).map((file) => path.join(context, file)),
    fs.realpathSync(dockerfileOf(inputs)),
    ...(ignoreFile === undefined ? [] : [fs.realpathSync(ignoreFile)]),
  ];
}

/** The files that Git lists, with `-z`, as real paths. */
function namesOf(root: string, ...args: string[]): Set<string> {
  const names = git(root, ...args).split("\0");
  return new Set(names.filter((name) => name !== "").map((name) => path.join(root, name)));
}

function git(folder: string, ...args: string[]): string {
  const answer = spawnSync("git", ["-C", folder, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
  if (answer.status !== 0) throw new Error((answer.stderr || String(answer.error)).trim());
  return answer.stdout;
}
