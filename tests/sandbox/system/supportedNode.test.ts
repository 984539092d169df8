import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as path from "node:path";

describe("sandbox: the Node version that it runs on", () => {
  let supportedNode: (running?: string) => Promise<string | undefined>;
  before(async () => {
    ({ supportedNode } = await import("../../../sandbox/supportedNode.mjs" as string));
  });

  it("is the installed one if that is supported", async () => {
    assert.equal(await supportedNode("22.0.0"), undefined);
    assert.equal(await supportedNode("24.21.0"), undefined);
    assert.equal(await supportedNode(), undefined, "the tests themselves run on a supported one");
  });

  it("is downloaded if the installed one is out of support", async function () {
    this.timeout(600_000);
    const folder = (await supportedNode("20.19.0")) ?? "";
    const version = execFileSync(path.join(folder, "node"), ["--version"], { encoding: "utf8" });
    assert.equal(version, "v24.21.0\n");
  });

  it("cannot be downloaded by versions that are too old for it", async () => {
    for (const running of ["18.20.8", "20.18.3"]) {
      await assert.rejects(supportedNode(running), {
        message: `Node ${running} is too old: install Node 22 or newer.`,
      });
    }
  });
});
