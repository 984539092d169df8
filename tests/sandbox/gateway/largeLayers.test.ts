import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { CreateRepositoryCommand } from "@aws-sdk/client-ecr";
import { ensureDocker, releaseDocker } from "../../../sandbox/docker/daemon";
import { runOrThrow } from "../../../sandbox/system/commands";
import { crane as craneTool, fullTests, skopeo as skopeoTool, toolsTimeout } from "../tools";
import { GatewayProcess } from "./gatewayProcess";
import { useSandbox } from "./harness";
import { writeImageLayout } from "./imageLayout";
import { privateToken } from "./registryClient";

const mebibyte = 1024 * 1024;

describe("gateway: memory use with large layers", function () {
  this.timeout(900_000);
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

  /** Runs the work against a fresh gateway. @returns Its resident bytes at the start and at the peak. */
  async function measured(work: (registry: string) => Promise<void>): Promise<{ before: number; most: number }> {
    const process = gateway ?? assert.fail();
    const { privateRegistry } = await process.start();
    const before = process.memory("VmRSS");
    try {
      await work(privateRegistry);
      return { before, most: process.memory("VmHWM") };
    } finally {
      await process.kill("SIGTERM");
    }
  }

  function withCrane(mebibytes: number): Promise<{ before: number; most: number }> {
    return measured(async (registry) => {
      const folder = path.join(sandbox.home, `layout-${mebibytes}`);
      const layer = writeImageLayout(folder, mebibytes);
      await runOrThrow(crane, ["push", folder, `${registry}/large:${mebibytes}`], { env });
      assert.deepEqual(await download(`${registry}/large@${layer.digest}`), layer);
      fs.rmSync(folder, { recursive: true });
    });
  }

  it("grows by less than 70 MiB for 100 MiB up and down", async () => {
    const { before, most } = await withCrane(100);
    const grown = (most - before) / mebibyte;
    assert.ok(grown < 70, `grew by ${grown.toFixed()} MiB`);
  });

  describe("of 1 GiB up and down stays below 150 MB resident", function () {
    this.timeout(900_000);
    before(function () {
      if (!fullTests) this.skip();
    });
    const stays = ({ most }: { most: number }) => assert.ok(most < 150e6, `${(most / 1e6).toFixed()} MB`);

    it("with crane", async () => stays(await withCrane(1024)));

    it("with skopeo", async () => {
      const { program, env: skopeoEnv } = await skopeoTool();
      const login = ["--authfile", path.join(sandbox.home, "config.json")];
      const tls = ["--src-tls-verify=false", "--dest-tls-verify=false"];
      const skopeo = (...args: string[]) =>
        runOrThrow(program, ["--insecure-policy", "copy", ...login, ...tls, ...args], { env: skopeoEnv });
      const folder = path.join(sandbox.home, "skopeo");
      const back = path.join(sandbox.home, "skopeo-back");
      writeImageLayout(folder, 1024);
      const used = await measured(async (registry) => {
        await skopeo(`oci:${folder}`, `docker://${registry}/large:skopeo`);
        // skopeo checks each blob against its digest.
        await skopeo(`docker://${registry}/large:skopeo`, `dir:${back}`);
      });
      fs.rmSync(folder, { recursive: true });
      fs.rmSync(back, { recursive: true });
      stays(used);
    });

    it("with docker", async () => {
      const { binDirectory, environment } = await ensureDocker({ home: sandbox.home, progress: () => {} });
      const docker = (...args: string[]) =>
        runOrThrow(path.join(binDirectory, "docker"), args, { env: { ...env, ...environment } });
      const folder = path.join(sandbox.home, "docker");
      const archive = path.join(sandbox.home, "docker.tar");
      writeImageLayout(folder, 1024);
      await runOrThrow("tar", ["-C", folder, "-cf", archive, "blobs"]);
      fs.rmSync(folder, { recursive: true });
      try {
        const used = await measured(async (registry) => {
          const reference = `${registry}/large:docker`;
          await docker("import", archive, reference);
          await docker("push", reference);
          await docker("rmi", reference);
          await docker("pull", reference);
          await docker("rmi", reference);
        });
        stays(used);
      } finally {
        fs.rmSync(archive);
        await releaseDocker(sandbox.home);
      }
    });
  });
});
