import * as fs from "node:fs";
import * as path from "node:path";
import { decodeBytes, encodeBytes, isUtf8, wellFormed } from "../../ecr/buildContext/fileNames";
import {
  IgnorePatterns,
  type Judgement,
  PatternRefused,
  type RefusedLine,
} from "../../ecr/buildContext/ignorePatterns";
import { type Fault, InvalidInputError } from "../../ecr/faults";

/** The context folder and the Dockerfile, which may have an ignore file next to it. */
export interface ContextPaths {
  context: string;
  dockerfile: string;
}

/**
 * The context's files and links that are sent to Docker, relative to the context with `/`, in the same order on every
 * machine: what BuildKit's walk finds with the ignore file's patterns. Names that are not UTF-8 are encoded as by
 * decodeBytes.
 *
 * @throws InvalidInputError with every folder that cannot be read
 */
export function contextFiles(paths: ContextPaths): string[] {
  const patterns = ignorePatterns(paths);
  const files: string[] = [];
  const faults: Fault[] = [];
  const visit = (folder: string, above: Judgement | undefined) => {
    const found = entriesOf(paths.context, folder);
    if ("code" in found) {
      if (!above?.ignored) faults.push(readFault(paths.context, folder, found.code));
      return;
    }
    for (const { name, isFolder } of found) {
      const file = folder === "" ? name : `${folder}/${name}`;
      const judgement = patterns?.judge(file, above);
      if (isFolder) {
        if (!judgement?.ignored || !patterns?.skips(file)) visit(file, judgement);
      } else if (!judgement?.ignored) files.push(file);
    }
  };
  try {
    visit("", undefined);
  } catch (error) {
    if (!(error instanceof PatternRefused)) throw error;
    faults.push(lineFault(ignoreFileOf(paths) ?? "", error.line));
  }
  if (faults.length > 0) throw new InvalidInputError("build context", faults);
  return files.sort(compareCodeUnits);
}

/** Whether the ignore file allows a file of the context to be sent to Docker, if it existed. */
export function isSentToDocker(paths: ContextPaths): (file: string) => boolean {
  const patterns = ignorePatterns(paths);
  return (file) => !(patterns?.ignores(file) ?? false);
}

/**
 * The ignore file in effect: Docker prefers `<Dockerfile>.dockerignore` to the context's own. Undefined when there is
 * none.
 */
export function ignoreFileOf(paths: ContextPaths): string | undefined {
  return ignoreFileCandidates(paths).find(isFile);
}

/** Faults of the ignore file: the first candidate that exists is not a file, or has lines that Docker rejects. */
export function ignoreFileFaults(paths: ContextPaths): Fault[] {
  const first = ignoreFileCandidates(paths).find((file) => fs.existsSync(file));
  if (first !== undefined && !isFile(first)) {
    const rule = "Docker reads ignore patterns from this path, so it must be a file.";
    return [{ path: "context", value: first, rule, fix: "remove or rename it." }];
  }
  try {
    ignorePatterns(paths);
    return [];
  } catch (error) {
    if (error instanceof InvalidInputError) return [...error.faults];
    throw error;
  }
}

/** The path of a file in the context. As bytes when the name is not UTF-8: a string would name a different file. */
export function pathInContext(context: string, file: string): string | Buffer {
  return isUtf8(file)
    ? path.join(context, file)
    : Buffer.concat([Buffer.from(`${context}${path.sep}`), encodeBytes(file)]);
}

/** Why a file, folder, or link of the context cannot be read: `code` is the system's error code. */
export function readFault(context: string, file: string, code: string): Fault {
  const isGone = code === "ENOENT";
  return {
    path: "context",
    value: path.join(context, wellFormed(file)),
    rule: isGone
      ? "this has disappeared: the context is changing while it is read."
      : `this cannot be read (${code}), and the whole context is sent to Docker.`,
    fix: isGone
      ? "run again when nothing writes to the context, or exclude the file with .dockerignore."
      : "make it readable, remove it, or exclude it with .dockerignore.",
  };
}

/** Excludes folders, and pipes that a read would block on. */
export function isFile(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Whether every link on the way to a link's target, and the target itself, is one of the context's files. */
export function resolvesWithin(files: ReadonlySet<string>, context: string, link: string): boolean {
  const root = fs.realpathSync(context);
  const isFileOf = (file: string) => files.has(path.relative(root, file).split(path.sep).join("/"));
  const rest = link.split("/");
  let at = root;
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const next = path.resolve(at, name);
    if (!isLink(next)) at = next;
    else if (!isFileOf(next)) return false;
    else {
      const target = fs.readlinkSync(next);
      if (path.isAbsolute(target)) at = path.parse(target).root;
      rest.unshift(...target.split("/"));
    }
  }
  return isFileOf(at);
}

export function isLink(file: string): boolean {
  return fs.lstatSync(file).isSymbolicLink();
}

/** Compares code units: the order must not depend on the machine's locale. */
export function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The system's error code of a file error. Rethrows any other error. */
export function errorCode(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== "string") throw error;
  return code;
}

function ignoreFileCandidates({ context, dockerfile }: ContextPaths): string[] {
  return [`${dockerfile}.dockerignore`, path.join(context, ".dockerignore")];
}

function ignorePatterns(paths: ContextPaths): IgnorePatterns | undefined {
  const file = ignoreFileOf(paths);
  if (file === undefined) return undefined;
  const refuse = (faults: Fault[]) => new InvalidInputError("build context", faults);
  let content: Buffer;
  try {
    content = fs.readFileSync(file);
  } catch (error) {
    const rule = `the ignore file cannot be read (${errorCode(error)}).`;
    throw refuse([{ path: "context", value: file, rule, fix: "make it readable, or remove it." }]);
  }
  const read = IgnorePatterns.read(content);
  if ("refused" in read) throw refuse(read.refused.map((line) => lineFault(file, line)));
  return read;
}

function lineFault(file: string, { line, text, reason }: RefusedLine): Fault {
  return {
    path: "context",
    value: `${file}:${line}: ${text}`,
    rule: `line ${line} of the ignore file ${reason}, and Docker rejects it.`,
    fix: "correct the line, or remove it.",
  };
}

/** A folder's entries, or the system's error `code` when it cannot be read. */
function entriesOf(context: string, folder: string): { name: string; isFolder: boolean }[] | { code: string } {
  const directory = pathInContext(context, folder);
  try {
    const entries = fs.readdirSync(directory, { withFileTypes: true });
    if (!entries.some(({ name }) => name.includes("\ufffd"))) {
      return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
    }
    // Some name may not be UTF-8: read it again as bytes.
    const inBytes = fs.readdirSync(directory, { withFileTypes: true, encoding: "buffer" });
    return inBytes.map((entry) => ({ name: decodeBytes(entry.name), isFolder: entry.isDirectory() }));
  } catch (error) {
    return { code: errorCode(error) };
  }
}
