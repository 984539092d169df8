import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { configSizeFaults, maximumConfigSize } from "../../config/configSize";

describe("size of a stack's config", () => {
  const valuesOf = (bytes: number) => ({
    "ecr:tags": "x".repeat(bytes - Buffer.byteLength(JSON.stringify({ "ecr:tags": "" }))),
  });

  it("is limited to what Linux accepts for an environment variable", function () {
    if (process.platform !== "linux") this.skip();
    const start = (PULUMI_CONFIG: string) => spawnSync("true", { env: { PATH: process.env["PATH"], PULUMI_CONFIG } });
    assert.equal(start("x".repeat(maximumConfigSize)).error, undefined);
    assert.equal((start("x".repeat(maximumConfigSize + 1)).error as NodeJS.ErrnoException).code, "E2BIG");
  });

  it("gives a fault above the limit that names the file, the size and a remedy", () => {
    assert.deepEqual(configSizeFaults(valuesOf(maximumConfigSize), "Pulumi.dev.yaml"), []);
    const [fault, ...others] = configSizeFaults(valuesOf(maximumConfigSize + 1), "Pulumi.dev.yaml");
    assert.deepEqual(others, []);
    assert.deepEqual([fault?.path, fault?.value], ["Pulumi.dev.yaml", "131058 bytes"]);
    assert.match(fault?.fix ?? "", /ecr:defaults/);
  });
});
