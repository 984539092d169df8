import * as fs from "node:fs";
import * as path from "node:path";
import { bytesOf, isUtf8, textOf, wellFormed } from "../../ecr/buildContext/fileNames";
import {
  IgnorePatterns,
  type Judgement,
  PatternRefused,
  type RefusedLine,
} from "../../ecr/buildContext/ignorePatterns";
import { type Fault, InvalidInputError } from "../../ecr/faults";

/** The folder that is sent, and the Dockerfile that is used, where the ignore file may lie beside. */
export interface ContextPaths {
  context: string;
  dockerfile: string;
}

/**
 * The context's files and links that Docker gets, relative to the context, with `/`, in one order everywhere: what
 * BuildKit's walk with the ignore file's patterns finds. A name that is not UTF-8 is as textOf has it.
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
  return files.sort(compareText);
}

/** Whether Docker would get a file of the context if it were there: what the ignore file says of it. */
export function isSentToDocker(paths: ContextPaths): (file: string) => boolean {
  const patterns = ignorePatterns(paths);
  return (file) => !(patterns?.ignores(file) ?? false);
}

/** The ignore file that counts: Docker prefers `<Dockerfile>.dockerignore` to the context's own. Undefined: none. */
export function ignoreFileOf(paths: ContextPaths): string | undefined {
  return ignoreFileCandidates(paths).find(isFile);
}

/** What is wrong with the ignore file: the first that is there is no file, or has lines that Docker refuses. */
export function ignoreFileFaults(paths: ContextPaths): Fault[] {
  const first = ignoreFileCandidates(paths).find((file) => fs.existsSync(file));
  if (first !== undefined && !isFile(first)) {
    const rule = "Docker reads patterns from what has this name, so it must be a file.";
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

/** Where a file of the context is. Bytes when the name is not UTF-8: a string would name another file. */
export function pathInContext(context: string, file: string): string | Buffer {
  return isUtf8(file) ? path.join(context, file) : Buffer.concat([Buffer.from(`${context}${path.sep}`), bytesOf(file)]);
}

/** Why a file, folder or link of the context cannot be read: `code` is the system's. */
export function readFault(context: string, file: string, code: string): Fault {
  const isGone = code === "ENOENT";
  return {
    path: "context",
    value: path.join(context, wellFormed(file)),
    rule: isGone
      ? "this was there and is not any more: the context changes while it is read."
      : `this cannot be read (${code}), and Docker gets the whole context.`,
    fix: isGone
      ? "run again when nothing writes to the context, or leave the file out with .dockerignore."
      : "make it readable, remove it, or leave it out with .dockerignore.",
  };
}

/** Not a folder, nor a pipe that a read would wait for. */
export function isFile(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** By code units: the order must not depend on the machine's locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The system's code of an error of a file. Throws another error again. */
export function systemCode(error: unknown): string {
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
    const rule = `the ignore file cannot be read (${systemCode(error)}).`;
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
    rule: `line ${line} of the ignore file ${reason}, and Docker refuses it.`,
    fix: "correct the line, or remove it.",
  };
}

/** A folder's entries; `code` of the system when it cannot be read. */
function entriesOf(context: string, folder: string): { name: string; isFolder: boolean }[] | { code: string } {
  const directory = pathInContext(context, folder);
  try {
    const entries = fs.readdirSync(directory, { withFileTypes: true });
    if (!entries.some(({ name }) => name.includes("\ufffd"))) {
      return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
    }
    // A name that may have been no text: once more as bytes.
    const inBytes = fs.readdirSync(directory, { withFileTypes: true, encoding: "buffer" });
    return inBytes.map((entry) => ({ name: textOf(entry.name), isFolder: entry.isDirectory() }));
  } catch (error) {
    return { code: systemCode(error) };
  }
}
