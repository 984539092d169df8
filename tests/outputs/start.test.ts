import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { root } from "../docs/markdown";

describe("start.cjs", () => {
  it("prints an error as its stack, without what Pulumi hangs on it", () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-start-"));
    try {
      fs.copyFileSync(path.join(root, "start.cjs"), path.join(directory, "start.cjs"));
      fs.symlinkSync(path.join(root, "node_modules"), path.join(directory, "node_modules"));
      fs.writeFileSync(
        path.join(directory, "index.ts"),
        `import { inspect } from "node:util";
        const error: Error & { promise?: object } = new TypeError("no such thing");
        error.promise = { reaches: "the whole program" };
        export const printed = inspect(error);`,
      );
      const printed = execFileSync(process.execPath, ["-p", "require('./start.cjs').printed"], {
        cwd: directory,
        encoding: "utf8",
      });
      assert.match(printed, /^TypeError: no such thing\n\s+at .*index\.ts:2/);
      assert.doesNotMatch(printed, /the whole program/);
    } finally {
      fs.rmSync(directory, { recursive: true });
    }
  });
});
