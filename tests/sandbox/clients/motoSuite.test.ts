import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { installMinistack, ministackProcess, startMinistack } from "../../../sandbox/services/ministack";
import { stopProcess } from "../../../sandbox/services/processes";
import { packageVersion } from "../../../sandbox/system/pythonPackage";
import { account, credentials, region, TestSandbox } from "../gateway/harness";
import { fullTests } from "../tools";
import { motoDifferences } from "./moto/motoDifferences";
import { runMotoTests } from "./moto/motoTests";

describe("clients: moto's own ECR tests", function () {
  this.timeout(1_800_000);
  const listed = motoDifferences.flatMap(({ tests }) => tests);

  it("have the moto version that the differential test uses", () => {
    const source = fs.readFileSync(path.join(__dirname, "moto", "source.txt"), "utf8");
    const list = fs.readFileSync(path.join(__dirname, "..", "..", "..", "sandbox", "python", "moto.txt"), "utf8");
    const [, version, checksum] = /^moto==(\S+) --hash=(\S+)$/m.exec(source) ?? [];
    assert.equal(version, packageVersion("moto"));
    assert.ok(checksum !== undefined && list.includes(checksum));
    assert.equal(new Set(listed).size, listed.length, "each difference is listed once");
  });

  it("pass except for the listed ones", async function () {
    if (!fullTests) this.skip();
    const sandbox = new TestSandbox();
    try {
      const url = await startMinistack(sandbox.home, await installMinistack(), { account, region, credentials });
      await sandbox.start(url);
      const outcomes = await runMotoTests(sandbox.gateway.endpoint, credentials.secretAccessKey, sandbox.home);
      const failed = Object.entries(outcomes).filter(([, { outcome }]) => outcome === "failed");
      const messages = failed.map(([name, { message }]) => `${name}: ${message}`).join("\n");
      assert.deepEqual(failed.map(([name]) => name).sort(), [...listed].sort(), messages);
      assert.ok(Object.keys(outcomes).length > listed.length + 80, "the others ran too");
    } finally {
      await stopProcess(sandbox.home, ministackProcess);
      await sandbox.remove();
    }
  });
});
