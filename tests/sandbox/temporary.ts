import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const made: string[] = [];

/** A new directory by its real path (symlinks resolved), as processes see it; removed by `removeTemporary`. */
export function temporaryDirectory(): string {
  const directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "ecr-sandbox-")));
  made.push(directory);
  return directory;
}

/** Removes every directory that `temporaryDirectory` made since the last call. */
export function removeTemporary(): void {
  for (const directory of made.splice(0)) {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** Writes an executable script that stands in for a system program. */
export function writeScript(file: string, content: string): string {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content, { mode: 0o755 });
  return file;
}
