import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as path from "node:path";

describe("sandbox: the Node that it runs on", () => {
  let supportedNode: (running?: string) => Promise<string | undefined>;
  before(async () => {
    ({ supportedNode } = await import("../../../sandbox/supportedNode.mjs" as string));
  });

  it("is the machine's own where that will do", async () => {
    assert.equal(await supportedNode("22.0.0"), undefined);
    assert.equal(await supportedNode("24.21.0"), undefined);
    assert.equal(await supportedNode(), undefined, "the tests themselves run on a supported one");
  });

  it("is brought where the machine's own is out of support", async function () {
    this.timeout(600_000);
    const folder = (await supportedNode("20.19.0")) ?? "";
    const version = execFileSync(path.join(folder, "node"), ["--version"], { encoding: "utf8" });
    assert.equal(version, "v24.21.0\n");
  });

  it("cannot be brought by one that is older still", async () => {
    for (const running of ["18.20.8", "20.18.3"]) {
      await assert.rejects(supportedNode(running), {
        message: `Node ${running} is too old: install Node 22 or newer.`,
      });
    }
  });
});
