import * as path from "node:path";

/**
 * Where a file may be that a program or a policy config names. Paths are the program's; the pack runs in a folder of its own,
 * so they are looked for from where the command was started, and from the folder around the pack.
 */
export function programFiles(file: string): string[] {
  const folders = [process.env["PWD"] ?? ".", process.cwd(), path.dirname(process.cwd())];
  return [...new Set(folders.map((folder) => path.resolve(folder, file)))];
}
