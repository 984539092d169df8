import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { bytesOf, isUtf8, textOf, wellFormed } from "../../ecr/buildContext/fileNames";
import type { Fault } from "../../ecr/faults";
import { type BuildInputs, contextPaths } from "./buildContext";
import { contextFiles, ignoreFileOf, isFile, isSentToDocker } from "./contextFiles";

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
    const root = git(context, "rev-parse", "--show-toplevel").toString().trimEnd();
    const commit = git(context, "rev-parse", "--verify", "HEAD").toString().trimEnd();
    const { committed, changed } = compareWithCommit(root, commit);
    const isSent = isSentToDocker(contextPaths(inputs));
    const deleted = [...changed].filter((file) => {
      const inContext = path.relative(context, file);
      return !inContext.startsWith("..") && !isThere(file) && isSent(inContext);
    });
    const dirty = sourceFiles(inputs, context).filter((file) => changed.has(file) || !committed.has(file));
    const names = new Set([...dirty, ...deleted].map((file) => wellFormed(path.relative(root, file))));
    return { commit, dirty: [...names].sort() };
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
  const paths = contextPaths(inputs);
  const ignoreFile = ignoreFileOf(paths);
  return [
    ...contextFiles(paths).map((file) => path.join(context, file)),
    fs.realpathSync(paths.dockerfile),
    ...(ignoreFile === undefined ? [] : [fs.realpathSync(ignoreFile)]),
  ];
}

/** Of a working tree, as real paths: what the commit has, and what is not, or no longer, as it has it. */
interface Comparison {
  committed: Set<string>;
  changed: Set<string>;
}

/**
 * Compares a working tree with a commit. A submodule is compared with the commit that this one names, whatever is checked
 * out there; one that is not checked out has no files that could be sent, and is as the commit has it.
 */
function compareWithCommit(root: string, commit: string): Comparison {
  const changed = pathsOf(
    root,
    git(root, "diff", "--name-only", "--no-renames", "--ignore-submodules=all", "-z", commit),
  );
  const own = path.join(root, ".git");
  const committed = new Set(isRelativeLink(own) ? [own] : []);
  for (const entry of textOf(git(root, "ls-tree", "-r", "-z", "--full-tree", commit)).split("\0")) {
    const [, type, object = "", name = ""] = /^\d+ (\w+) (\w+)\t(.*)$/s.exec(entry) ?? [];
    const file = path.join(root, name);
    if (type === "blob") committed.add(file);
    if (type !== "commit" || !fs.existsSync(path.join(file, ".git")) || !hasCommit(file, object)) continue;
    const below = compareWithCommit(file, object);
    for (const each of below.committed) committed.add(each);
    for (const each of below.changed) changed.add(each);
  }
  return { committed, changed };
}

/** A submodule's own `.git` is a file that Git writes: it leads to the same place on every machine. */
function isRelativeLink(file: string): boolean {
  return isFile(file) && /^gitdir: (?!\/|[A-Za-z]:)/.test(fs.readFileSync(file, "utf8"));
}

/** The commit of a submodule may be one that nobody fetched: then no file of it is as the commit has it. */
function hasCommit(folder: string, commit: string): boolean {
  return runGit(folder, ["cat-file", "-e", `${commit}^{commit}`]).status === 0;
}

/** What Git lists with `-z`, as real paths. */
function pathsOf(root: string, names: Buffer): Set<string> {
  return new Set(
    textOf(names)
      .split("\0")
      .filter(Boolean)
      .map((name) => path.join(root, name)),
  );
}

function isThere(file: string): boolean {
  return fs.lstatSync(isUtf8(file) ? file : bytesOf(file), { throwIfNoEntry: false }) !== undefined;
}

function git(folder: string, ...args: string[]): Buffer {
  const answer = runGit(folder, args);
  if (answer.status !== 0) throw new Error((answer.stderr?.toString() || String(answer.error)).trim());
  return answer.stdout;
}

function runGit(folder: string, args: readonly string[]) {
  return spawnSync("git", ["-C", folder, ...args], { maxBuffer: 1 << 28 });
}
