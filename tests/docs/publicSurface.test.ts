import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { root } from "./markdown";

/** What programs that install the package rely on. */
describe("the public surface of the components", function () {
  this.timeout(600_000);
  const report = "ecr-components.api.md";

  it("matches its report; if not: npm run docs, an entry in CHANGELOG.md, and a major version if something is gone", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "surface-"));
    try {
      const build = path.join(root, "packages/components/build.mjs");
      execFileSync(process.execPath, [build, "--report", folder], { cwd: root, stdio: "pipe" });
      const read = (place: string) => fs.readFileSync(path.join(place, report), "utf8");
      assert.equal(read(path.join(root, "packages/components")), read(folder));
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
