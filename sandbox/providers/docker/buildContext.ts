import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { decodeBytes, isUtf8, wellFormed } from "../../../ecr/buildContext/fileNames";
import { IgnorePatterns, type Judgement } from "../../../ecr/buildContext/ignorePatterns";

/** A file, link, or directory of a build context that .dockerignore does not exclude. */
export interface ContextEntry {
  /** Relative to the context, with `/` as separator. */
  readonly name: string;
  readonly stats: fs.Stats;
}

/** The ignore file to use: `<Dockerfile>.dockerignore` if it exists, otherwise the context's `.dockerignore`. */
function ignorePatterns(context: string, dockerfile: string): IgnorePatterns | undefined {
  for (const file of [`${dockerfile}.dockerignore`, path.join(context, ".dockerignore")]) {
    let content: Buffer;
    try {
      content = fs.readFileSync(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") continue;
      throw new Error(`reading "${file}": ${messageOf(error)}`);
    }
    const read = IgnorePatterns.read(content);
    if (!("refused" in read)) return read;
    const [{ line, text, reason } = { line: 0, text: "", reason: "" }] = read.refused;
    throw new Error(`invalid excludepatterns: ${file}: line ${line} ${reason}: ${text}`);
  }
  return undefined;
}

/** Thrown by a visitor to skip the rest of the current directory. */
export class SkipRest extends Error {}

/** Walks a context in the order of Go's `filepath.WalkDir`: sorted by bytes, each directory before its entries. */
export function walkContext(context: string, dockerfile: string, visit: (entry: ContextEntry) => void): void {
  const patterns = ignorePatterns(context, dockerfile);
  const walk = (directory: string, above: Judgement | undefined): void => {
    const names = fs
      .readdirSync(path.join(context, directory), { encoding: "buffer" })
      .sort(Buffer.compare)
      .map(decodeBytes);
    for (const name of names) {
      const relative = directory === "" ? name : `${directory}/${name}`;
      const judgement = patterns?.judge(relative, above);
      const ignored = judgement?.ignored ?? false;
      if (!isUtf8(name)) {
        if (ignored) continue;
        throw new Error(`"${wellFormed(relative)}": the stand-in does not support file names that are not UTF-8`);
      }
      const stats = fs.lstatSync(path.join(context, relative), { throwIfNoEntry: false });
      if (!stats) continue;
      if (!ignored) {
        try {
          visit({ name: relative, stats });
        } catch (error) {
          if (error instanceof SkipRest) return;
          throw error;
        }
      }
      // A `!` pattern may re-include something below an ignored directory.
      if (stats.isDirectory() && !(ignored && patterns?.skips(relative))) walk(relative, judgement);
    }
  };
  walk("", undefined);
}

/**
 * The released provider's digest of a build context, byte for byte, so that a stack can switch plugins without a
 * rebuild: the Dockerfile under the name `Dockerfile`, then every file with its name, mode, and content; for a link,
 * the path it points to. Times are not included.
 */
export function contextDigest(context: string, dockerfile: string): string {
  const digest = createHash("sha256");
  const add = (file: string, name: string, mode: string, kind: "file" | "link" | "other") => {
    const content = createHash("sha256");
    if (kind === "link") content.update(path.posix.normalize(resolveLinks(file)));
    else if (kind === "file") content.update(fs.readFileSync(file));
    digest.update(path.posix.normalize(name)).update(mode).update(content.digest()).update(Buffer.of(0));
  };
  add(dockerfile, "Dockerfile", "----------", "file");
  walkContext(context, dockerfile, ({ name, stats }) => {
    if (stats.isDirectory()) return;
    // The released provider treats a socket as a file, which then cannot be opened.
    if (stats.isSocket()) {
      const reason = `could not open file ${name}: open ${name}: no such device or address`;
      throw new Error(`unable to hash build context: error while hashing "${name}": ${reason}`);
    }
    const kind = stats.isSymbolicLink() ? "link" : stats.isFile() ? "file" : "other";
    try {
      add(path.join(context, name), name, modeText(stats), kind);
    } catch (error) {
      // In the released provider a broken link ends the walk of its directory.
      if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) throw new SkipRest();
      throw new Error(`unable to hash build context: error while hashing "${name}": ${messageOf(error)}`);
    }
  });
  return digest.digest("hex");
}

/** A mode as Go's `fs.FileMode` formats it: `-rwxr-xr-x`, `Lrwxrwxrwx`. */
export function modeText(stats: fs.Stats): string {
  const { mode } = stats;
  let kind = "";
  if (stats.isDirectory()) kind += "d";
  if (stats.isSymbolicLink()) kind += "L";
  if (stats.isBlockDevice() || stats.isCharacterDevice()) kind += "D";
  if (stats.isFIFO()) kind += "p";
  if (stats.isSocket()) kind += "S";
  if (mode & 0o4000) kind += "u";
  if (mode & 0o2000) kind += "g";
  if (stats.isCharacterDevice()) kind += "c";
  if (mode & 0o1000) kind += "t";
  const permissions = [...Array(9).keys()].map((bit) => (mode & (1 << (8 - bit)) ? "rwxrwxrwx".charAt(bit) : "-"));
  return (kind || "-") + permissions.join("");
}

/** Go's `filepath.EvalSymlinks`: like realpath, except that a relative path stays relative as long as its links are. */
function resolveLinks(file: string): string {
  let rest = file.split("/");
  let result = file.startsWith("/") ? "/" : "";
  for (let links = 0; rest.length > 0; ) {
    const part = rest.shift();
    if (part === undefined || part === "" || part === ".") continue;
    if (part === "..") {
      const ended = result === "" || result === ".." || result.endsWith("/..");
      result = ended ? path.posix.join(result, "..") : path.posix.dirname(result);
      if (result === ".") result = "";
      continue;
    }
    const next = path.posix.join(result, part);
    if (!fs.lstatSync(next).isSymbolicLink()) {
      result = next;
      continue;
    }
    if (++links > 255) throw new Error("EvalSymlinks: too many links");
    const target = fs.readlinkSync(next);
    if (target.startsWith("/")) result = "/";
    rest = [...target.split("/"), ...rest];
  }
  return result === "" ? "." : result;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
