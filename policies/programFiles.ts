import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Where a file may be that a program or a policy config names. Paths are the program's; the pack runs in a folder of its own,
 * so they are looked for from where the command was started, and from the folder around the pack.
 */
export function programFiles(file: string): string[] {
  const folders = [process.env["PWD"] ?? ".", process.cwd(), path.dirname(process.cwd())];
  return [...new Set(folders.map((folder) => path.resolve(folder, file)))];
}

/**
 * The text of a plain file, or undefined: for what is not there or not for us to read, for a folder, a device or a pipe, and
 * for what is longer. Config names these files, and a read of some would never end.
 */
export function readPlainFile(file: string, maximumBytes: number): string | undefined {
  try {
    const stat = fs.statSync(file);
    return stat.isFile() && stat.size <= maximumBytes ? fs.readFileSync(file, "utf8") : undefined;
  } catch {
    return undefined;
  }
}
