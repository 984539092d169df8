import * as fs from "node:fs";
import * as path from "node:path";

/**
 * The directories of PATH, then additional ones. Relative entries are skipped: they would depend on the working
 * directory.
 */
export function searchPath(...more: readonly string[]): string[] {
  return [...(process.env["PATH"] ?? "").split(path.delimiter), ...more].filter((directory) =>
    path.isAbsolute(directory),
  );
}

/**
 * All executable files of a name, in the order of the directories. A directory that links to an earlier one (/bin to
 * /usr/bin on today's distributions) is skipped.
 */
export function findPrograms(name: string, directories: readonly string[] = searchPath()): string[] {
  const seen = new Set<string>();
  return directories.flatMap((directory) => {
    const program = path.join(directory, name);
    try {
      fs.accessSync(program, fs.constants.X_OK);
      const real = fs.realpathSync(directory);
      if (!fs.statSync(program).isFile() || seen.has(real)) {
        return [];
      }
      seen.add(real);
      return [program];
    } catch {
      return []; // missing, or not executable
    }
  });
}

/** The first executable file of a name; undefined when there is none. Default: on PATH. */
export function findProgram(name: string, directories?: readonly string[]): string | undefined {
  return findPrograms(name, directories)[0];
}
