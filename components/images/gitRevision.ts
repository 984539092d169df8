import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { decodeBytes, encodeBytes, isUtf8, wellFormed } from "../../ecr/buildContext/fileNames";
import type { Fault } from "../../ecr/faults";
import { type BuildInputs, contextPaths } from "./buildContext";
import { contextFiles, ignoreFileOf, isFile, isSentToDocker } from "./contextFiles";

/** The commit of a build's source. */
export interface GitRevision {
  /** 40 (or 64) hexadecimal digits. */
  commit: string;
  /** Files of the build that differ from the commit, relative to the repository's root; empty in a clean tree. */
  dirty: string[];
}

/**
 * Reads the commit checked out in the repository that contains the context. A file sent to Docker is dirty when it was
 * changed, deleted, or is not part of the commit, whether or not Git ignores it: the commit alone does not produce it.
 * Files not sent to Docker do not count.
 */
export function readGitRevision(
  inputs: Pick<BuildInputs, "context" | "dockerfile">,
): GitRevision | { faults: Fault[] } {
  try {
    // Git returns real paths.
    const context = fs.realpathSync(inputs.context);
    const root = git(context, "rev-parse", "--show-toplevel").toString().trimEnd();
    const commit = git(context, "rev-parse", "--verify", "HEAD").toString().trimEnd();
    const { committed, changed } = compareWithCommit(root, commit);
    const isSent = isSentToDocker(contextPaths(inputs));
    const deleted = [...changed].filter((file) => {
      const inContext = path.relative(context, file);
      return !inContext.startsWith("..") && !exists(file) && isSent(inContext);
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

/** The image's source files: the context's files, the Dockerfile, and the ignore file, wherever they are. */
function sourceFiles(inputs: Pick<BuildInputs, "context" | "dockerfile">, context: string): string[] {
  const paths = contextPaths(inputs);
  const ignoreFile = ignoreFileOf(paths);
  return [
    ...contextFiles(paths).map((file) => path.join(context, file)),
    fs.realpathSync(paths.dockerfile),
    ...(ignoreFile === undefined ? [] : [fs.realpathSync(ignoreFile)]),
  ];
}

/** Files of a working tree as real paths: those in the commit, and those that differ from it. */
interface Comparison {
  committed: Set<string>;
  changed: Set<string>;
}

/**
 * Compares a working tree with a commit. A submodule is compared with the commit recorded for it, whatever is checked
 * out there; one that is not checked out has no files to send, and counts as unchanged.
 */
function compareWithCommit(root: string, commit: string): Comparison {
  const changed = pathsOf(
    root,
    git(root, "diff", "--name-only", "--no-renames", "--ignore-submodules=all", "-z", commit),
  );
  const own = path.join(root, ".git");
  const committed = new Set(isRelativeLink(own) ? [own] : []);
  for (const entry of decodeBytes(git(root, "ls-tree", "-r", "-z", "--full-tree", commit)).split("\0")) {
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

/** A submodule's own `.git` is a file written by Git: it is the same on every machine if its link is relative. */
function isRelativeLink(file: string): boolean {
  return isFile(file) && /^gitdir: (?!\/|[A-Za-z]:)/.test(fs.readFileSync(file, "utf8"));
}

/** A submodule's commit may not have been fetched: then none of its files match it. */
function hasCommit(folder: string, commit: string): boolean {
  return runGit(folder, ["cat-file", "-e", `${commit}^{commit}`]).status === 0;
}

/** The output of a Git command with `-z`, as real paths. */
function pathsOf(root: string, names: Buffer): Set<string> {
  return new Set(
    decodeBytes(names)
      .split("\0")
      .filter(Boolean)
      .map((name) => path.join(root, name)),
  );
}

function exists(file: string): boolean {
  return fs.lstatSync(isUtf8(file) ? file : encodeBytes(file), { throwIfNoEntry: false }) !== undefined;
}

function git(folder: string, ...args: string[]): Buffer {
  const answer = runGit(folder, args);
  if (answer.status !== 0) throw new Error((answer.stderr?.toString() || String(answer.error)).trim());
  return answer.stdout;
}

function runGit(folder: string, args: readonly string[]) {
  return spawnSync("git", ["-C", folder, ...args], { maxBuffer: 1 << 28 });
}
