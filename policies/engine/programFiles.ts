import * as fs from "node:fs";
import * as path from "node:path";

/**
 * The possible locations of a file that a program or a policy config names. Paths are relative to the program, but the
 * pack runs in its own folder: they are tried from the folder of the command, from the pack's folder and from its
 * parent.
 */
export function programFiles(file: string): string[] {
  const folders = [process.env["PWD"] ?? ".", process.cwd(), path.dirname(process.cwd())];
  return [...new Set(folders.map((folder) => path.resolve(folder, file)))];
}

/**
 * The content of a regular file; `undefined` when it does not exist, cannot be read, is longer than the maximum, or is
 * a folder, a device or a pipe. The paths come from config, and reading some of these would never end.
 */
export function readPlainFile(file: string, maximumBytes: number): string | undefined {
  try {
    const stat = fs.statSync(file);
    return stat.isFile() && stat.size <= maximumBytes ? fs.readFileSync(file, "utf8") : undefined;
  } catch {
    return undefined;
  }
}
