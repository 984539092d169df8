import assert from "node:assert/strict";
import * as http from "node:http";
import * as path from "node:path";
import { CreateRepositoryCommand, DescribeRepositoriesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { startGateway } from "../../../sandbox/gateway/gateway";
import { PortTakenError } from "../../../sandbox/gateway/wire/ports";
import { freePort, lowestOutgoingPort } from "../../../sandbox/system/ports";
import { useSandbox } from "./harness";
import { askBearer, privateClient, privateToken, publicToken, RegistryClient, testImage } from "./registryClient";

describe("gateway: restarts", () => {
  const sandbox = useSandbox();

  it("keep repositories, images, tags, tokens and addresses", async () => {
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
    const ports = [...Object.values(before), west.host].map((address) => Number(address.split(":").at(-1)));
    const lowest = lowestOutgoingPort();
    assert.ok(
      ports.every((port) => port < lowest),
      `an outgoing connection could take one of ${ports} while the gateway is down`,
    );
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

  it("name the port and its variable when a port is taken", async () => {
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

  it("give further private registries the next free ports after the first", async () => {
    const port = await freePort();
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
});
