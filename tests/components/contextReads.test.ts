import * as assert from "node:assert/strict";
import fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { contentTag } from "./contentTag";

/**
 * Counts reads, because times depend on the machine. bench/ measures what a build context costs beyond reading it once.
 */
describe("content tag: reads", () => {
  let folder: string;
  const original = fs.openSync;
  afterEach(() => {
    fs.openSync = original;
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it("opens each file of the context once, its ignore file once more, and no file that .dockerignore excludes", () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-reads-"));
    fs.mkdirSync(path.join(folder, "src"));
    fs.mkdirSync(path.join(folder, "node_modules"));
    const files = ["Dockerfile", ".dockerignore", ...Array.from({ length: 50 }, (_, index) => `src/${index}.js`)];
    for (const file of files) fs.writeFileSync(path.join(folder, file), file);
    fs.writeFileSync(path.join(folder, ".dockerignore"), "node_modules\n");
    fs.writeFileSync(path.join(folder, "node_modules", "left-out.js"), "");
    const opened: string[] = [];
    const counting = ((file: fs.PathLike, ...rest: [fs.OpenMode, fs.Mode?]) => {
      opened.push(path.relative(folder, String(file)));
      return original(file, ...rest);
    }) as typeof fs.openSync;
    fs.openSync = counting;
    contentTag({ context: folder, platform: "linux/amd64" });
    assert.deepEqual(opened.sort(), [...files, ".dockerignore"].sort());
  });
});
