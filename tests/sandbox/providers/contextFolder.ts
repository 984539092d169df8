import * as fs from "node:fs";
import * as path from "node:path";

/** Writes a file below the working directory, with its folders. */
export function write(file: string, content: string, mode = 0o644): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
  fs.chmodSync(file, mode);
}

/** Writes a build context to `app`. The tests have its digests, which the released providers' own code computed. */
export function writeContext(): void {
  fs.rmSync("app", { recursive: true, force: true });
  write("app/Dockerfile", "FROM scratch\nCOPY . /\n");
  write("app/.dockerignore", "node_modules\n*.log\n!keep.log\n");
  write("app/a.txt", "one");
  write("app/B.txt", "two");
  write("app/src/run.sh", "run", 0o755);
  write("app/src/deep/é.txt", "deep");
  write("app/node_modules/x/index.js", "no");
  write("app/drop.log", "no");
  write("app/keep.log", "yes");
  fs.symlinkSync("../a.txt", "app/src/link");
}
