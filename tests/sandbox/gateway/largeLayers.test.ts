import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { CreateRepositoryCommand } from "@aws-sdk/client-ecr";
import { runOrThrow } from "../../../sandbox/system/commands";
import { crane as craneTool, fullTests, toolsTimeout } from "../tools";
import { GatewayProcess } from "./gatewayProcess";
import { useSandbox } from "./harness";
import { writeImageLayout } from "./imageLayout";
import { privateToken } from "./registryClient";

const mebibyte = 1024 * 1024;

describe("gateway: memory while large layers go through", function () {
  this.timeout(300_000);
  const sandbox = useSandbox();
  let gateway: GatewayProcess | undefined;
  let crane: string;
  let env: NodeJS.ProcessEnv;
  before(async function () {
    this.timeout(toolsTimeout);
    crane = await craneTool();
    await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName: "large" }));
    const { token, host } = await privateToken(sandbox);
    fs.writeFileSync(path.join(sandbox.home, "config.json"), JSON.stringify({ auths: { [host]: { auth: token } } }));
    env = { ...process.env, DOCKER_CONFIG: sandbox.home };
    gateway = await GatewayProcess.of(sandbox);
  });
  after(() => gateway?.kill());

  /** Downloads a layer with crane. @returns Its digest and its size. */
  function download(reference: string): Promise<{ digest: string; size: number }> {
    return new Promise((resolve, reject) => {
      const hash = createHash("sha256");
      let size = 0;
      const child = spawn(crane, ["blob", reference], { env, stdio: ["ignore", "pipe", "inherit"] });
      child.stdout.on("data", (chunk: Buffer) => {
        hash.update(chunk);
        size += chunk.length;
      });
      child.on("error", reject);
      child.on("close", () => resolve({ digest: `sha256:${hash.digest("hex")}`, size }));
    });
  }

  async function passThrough(mebibytes: number): Promise<{ before: number; most: number }> {
    const process = gateway ?? assert.fail();
    const { privateRegistry } = await process.start();
    const before = process.memory("VmRSS");
    const folder = path.join(sandbox.home, `layout-${mebibytes}`);
    const layer = writeImageLayout(folder, mebibytes);
    await runOrThrow(crane, ["push", folder, `${privateRegistry}/large:${mebibytes}`], { env });
    assert.deepEqual(await download(`${privateRegistry}/large@${layer.digest}`), layer);
    const most = process.memory("VmHWM");
    await process.kill("SIGTERM");
    fs.rmSync(folder, { recursive: true });
    return { before, most };
  }

  it("100 MiB up and down need a fraction of their size", async () => {
    const { before, most } = await passThrough(100);
    const grown = (most - before) / mebibyte;
    assert.ok(grown < 70, `grew by ${grown.toFixed()} MiB`);
  });

  it("1 GiB up and down stay below 150 MB resident", async function () {
    if (!fullTests) this.skip();
    const { most } = await passThrough(1024);
    assert.ok(most < 150e6, `${(most / 1e6).toFixed()} MB`);
  });
});
