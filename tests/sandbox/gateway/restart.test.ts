import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import * as path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  CreateRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
} from "@aws-sdk/client-ecr";
import { build } from "esbuild";
import type { GatewayAddresses } from "../../../sandbox/gateway/config";
import { startGateway } from "../../../sandbox/gateway/gateway";
import { PortTakenError } from "../../../sandbox/gateway/ports";
import { projectRoot } from "../../../sandbox/paths";
import { useSandbox } from "./harness";
import { askBearer, privateClient, privateToken, publicToken, RegistryClient, testImage } from "./registryClient";

describe("gateway: restarts", () => {
  const sandbox = useSandbox();

  it("keeps repositories, images, tags, tokens and addresses", async () => {
    const image = testImage("kept");
    const { repository } = await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName: "kept" }));
    await sandbox.ecr({ region: "us-west-2" }).send(new CreateRepositoryCommand({ repositoryName: "west" }));
    const client = await privateClient(sandbox);
    await client.push("kept", "v1", image);
    const west = await privateToken(sandbox, { region: "us-west-2" });
    const login = await publicToken(sandbox);
    const addresses = () => {
      const { endpoint, publicRegistry, privateRegistry } = sandbox.gateway;
      return { endpoint, publicRegistry, privateRegistry };
    };
    const before = addresses();
    await sandbox.stopGateway();
    await sandbox.start();
    assert.deepEqual(addresses(), before);
    assert.ok(sandbox.gateway.registries.includes(west.host), "every registry has its address again");
    const described = await sandbox.ecr().send(new DescribeRepositoriesCommand({}));
    assert.deepEqual(described.repositories, [repository]);
    assert.equal(await (await client.getManifest("kept", "v1")).text(), image.manifest, "the old login still works");
    assert.equal((await new RegistryClient(west.host, `Basic ${west.token}`).request("GET", "/v2/")).status, 200);
    assert.equal((await askBearer(sandbox, login)).status, 200);
  });

  it("names the port and its variable when a port is taken, and leaves nothing open", async () => {
    const squatter = http.createServer();
    await new Promise<void>((resolve) => squatter.listen(0, "127.0.0.1", resolve));
    const { port } = squatter.address() as { port: number };
    try {
      for (const [key, variable] of [
        ["endpoint", "SANDBOX_PORT"],
        ["publicRegistry", "SANDBOX_PUBLIC_REGISTRY_PORT"],
        ["privateRegistry", "SANDBOX_PRIVATE_REGISTRY_PORT"],
      ] as const) {
        const config = { ...sandbox.config(), stateDirectory: path.join(sandbox.home, `taken-${key}`) };
        await assert.rejects(
          startGateway({ ...config, ports: { ...config.ports, [key]: port } }),
          (error: Error) =>
            error instanceof PortTakenError && error.message.includes(String(port)) && error.message.includes(variable),
        );
      }
    } finally {
      squatter.close();
    }
  });

  it("gives further private registries the next free ports after the first", async () => {
    const probe = http.createServer();
    await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
    const { port } = probe.address() as { port: number };
    probe.close();
    const config = { ...sandbox.config(), stateDirectory: path.join(sandbox.home, "ports"), addressesFile: undefined };
    const gateway = await startGateway({ ...config, ports: { ...config.ports, privateRegistry: port } });
    try {
      assert.equal(gateway.privateRegistry, `127.0.0.1:${port}`);
      const client = new ECRClient({ ...sandbox.clientOptions("eu-west-1"), endpoint: gateway.endpoint });
      const { repository } = await client.send(new CreateRepositoryCommand({ repositoryName: "next" }));
      const next = Number(/:(\d+)\//.exec(repository?.repositoryUri ?? "")?.[1]);
      assert.ok(next > port && next < port + 50, `${next} after ${port}`);
    } finally {
      await gateway.close();
    }
  });

  it("loses no acknowledged push to kill -9, and shows nothing that was not acknowledged as half there", async function () {
    this.timeout(60_000);
    const kept = await privateToken(sandbox);
    await sandbox.stopGateway();
    const config = sandbox.config();
    const configFile = path.join(sandbox.home, "config.json");
    fs.writeFileSync(configFile, JSON.stringify(config));
    const program = path.join(sandbox.home, "gateway.cjs");
    await build({
      entryPoints: [path.join(projectRoot, "sandbox", "gateway", "main.ts")],
      outfile: program,
      bundle: true,
      platform: "node",
      external: ["lmdb"],
      logLevel: "error",
    });
    const startProgram = async (): Promise<ChildProcess> => {
      fs.rmSync(config.addressesFile ?? "", { force: true });
      const child = spawn(process.execPath, [program, configFile], {
        env: { PATH: process.env["PATH"], NODE_PATH: path.join(projectRoot, "node_modules") },
        stdio: ["ignore", "ignore", "pipe"],
      });
      for (let tries = 0; !fs.existsSync(config.addressesFile ?? ""); tries++) {
        assert.ok(tries < 600 && child.exitCode === null, "the gateway did not start");
        await pause(50);
      }
      return child;
    };
    const kill = async (child: ChildProcess) => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    };

    let child = await startProgram();
    const acknowledged: string[] = [];
    try {
      // The program has the state of the gateway that ran in this process: a token of then is good for it.
      const addresses = JSON.parse(fs.readFileSync(config.addressesFile ?? "", "utf8")) as GatewayAddresses;
      const client = new RegistryClient(addresses.privateRegistry, `Basic ${kept.token}`);
      const pushing = (async () => {
        for (let index = 0; index < 500; index++) {
          const answer = await client.push("kept", `t${index}`, testImage(`image ${index}`)).catch(() => undefined);
          if (answer?.status !== 201) return;
          acknowledged.push(`t${index}`);
        }
      })();
      await pause(700);
      await kill(child);
      await pushing;
      child = await startProgram();
      assert.ok(acknowledged.length > 0, "nothing was pushed before the kill");
      for (const tag of acknowledged) {
        const pulled = await client.getManifest("kept", tag);
        assert.equal(pulled.status, 200, tag);
        assert.equal(await pulled.text(), testImage(`image ${tag.slice(1)}`).manifest);
      }
    } finally {
      await kill(child);
    }
    await sandbox.start();
    const client = await privateClient(sandbox);
    const { imageDetails = [] } = await sandbox.ecr().send(new DescribeImagesCommand({ repositoryName: "kept" }));
    assert.ok(imageDetails.length >= acknowledged.length);
    for (const { imageDigest = "" } of imageDetails) {
      assert.equal((await client.getManifest("kept", imageDigest)).status, 200, "what is listed can be pulled");
    }
  });
});
