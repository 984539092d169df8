import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { root } from "../docs/markdown";

describe("start.cjs", () => {
  /** What a program prints, given its `index.ts`. */
  function printed(index: string): string {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-$$-start-"));
    try {
      fs.copyFileSync(path.join(root, "start.cjs"), path.join(directory, "start.cjs"));
      fs.symlinkSync(path.join(root, "node_modules"), path.join(directory, "node_modules"));
      fs.writeFileSync(path.join(directory, "index.ts"), index);
      return execFileSync(process.execPath, ["-p", "require('./start.cjs').printed"], {
        cwd: directory,
        encoding: "utf8",
      });
    } finally {
      fs.rmSync(directory, { recursive: true });
    }
  }

  it("prints an error as its stack, without what Pulumi attaches to it", () => {
    const stack = printed(
      `import { inspect } from "node:util";
      const error: Error & { promise?: object } = new TypeError("no such thing");
      error.promise = { reaches: "the whole program" };
      export const printed = inspect(error);`,
    );
    assert.match(stack, /^TypeError: no such thing\n\s+at .*index\.ts:2/);
    assert.doesNotMatch(stack, /the whole program/);
  });

  it("names the source of each frame of the program, between those of packages", () => {
    const stack = printed(
      `import { parseDocument, visit } from "yaml";
      function stackOf(): string | undefined {
        return new Error().stack;
      }
      export let printed: string | undefined;
      visit(parseDocument("a"), { Scalar: () => { printed = stackOf(); } });`,
    );
    assert.match(
      stack,
      /^Error: \n\s+at stackOf .*ecr-\$\$-start-\w+\/index\.ts:3:16\)\n\s+at .*index\.ts:6:61\)\n\s+at .*yaml.*visit\.js/,
    );
  });
});
