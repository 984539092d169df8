import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { CreateRepositoryCommand, DescribeImagesCommand } from "@aws-sdk/client-ecr";
import { ensureDocker, releaseDocker } from "../../../sandbox/docker/daemon";
import { run, runOrThrow } from "../../../sandbox/system/commands";
import { crane as craneTool, fullTests, skopeo as skopeoTool, toolsTimeout } from "../tools";
import { uniqueName, useSandbox } from "./harness";
import { writeImageLayout } from "./imageLayout";
import { digestOf, privateClient, privateToken } from "./registryClient";

const mebibyte = 1024 * 1024;

/** A proxy to a registry that drops the first connection to carry `bytes` bytes from the client. */
class BreakingProxy {
  cuts = 0;
  private readonly server: net.Server;

  private constructor(target: number, bytes: number) {
    this.server = net.createServer((client) => {
      const upstream = net.connect(target, "127.0.0.1");
      let carried = 0;
      client.on("data", (chunk: Buffer) => {
        carried += chunk.length;
        if (carried < bytes || this.cuts > 0) return;
        this.cuts += 1;
        client.destroy();
        upstream.destroy();
      });
      // Dropping one side is an error on the other, as intended.
      for (const socket of [client, upstream]) socket.on("error", () => {});
      client.pipe(upstream).pipe(client);
    });
  }

  static async to(registry: string, bytes: number): Promise<BreakingProxy> {
    const proxy = new BreakingProxy(Number(registry.split(":")[1]), bytes);
    await new Promise<void>((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as net.AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
  }
}

describe("gateway: a push whose connection breaks in mid-layer", function () {
  this.timeout(toolsTimeout);
  const sandbox = useSandbox();
  let proxy: BreakingProxy;
  let name: string;
  /** The image reference to push to, and the folder with the Docker config for it. */
  let reference: string;
  let config: string;
  let layout: string;
  let layer: { digest: string; size: number };

  beforeEach(async () => {
    name = uniqueName("broken");
    await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName: name }));
    const { token, host } = await privateToken(sandbox);
    proxy = await BreakingProxy.to(host, 6 * mebibyte);
    reference = `${proxy.host}/${name}:v1`;
    config = path.join(sandbox.home, name);
    fs.mkdirSync(config);
    fs.writeFileSync(path.join(config, "config.json"), JSON.stringify({ auths: { [proxy.host]: { auth: token } } }));
    layout = path.join(config, "layout");
    layer = writeImageLayout(layout, 16);
  });
  afterEach(() => proxy.close());

  const images = async () =>
    (await sandbox.ecr().send(new DescribeImagesCommand({ repositoryName: name }))).imageDetails ?? [];
  /** The layer's digest as declared and as downloaded; skopeo recompresses layers, so its digests differ. */
  const pulled = async () => {
    const client = await privateClient(sandbox);
    const manifest = (await (await client.getManifest(name, "v1")).json()) as {
      layers: { digest: string; size: number }[];
    };
    const { digest, size } = manifest.layers[0] ?? assert.fail();
    const blob = await client.request("GET", `/v2/${name}/blobs/${digest}`);
    return { digest, size, content: digestOf(Buffer.from(await blob.arrayBuffer())) };
  };
  const isWhole = async () => {
    const { digest, size, content } = await pulled();
    assert.ok(size >= layer.size, `${size} bytes: random ones do not get smaller`);
    assert.equal(content, digest);
  };

  it("is retried by crane itself, and arrives intact", async () => {
    const env = { ...process.env, DOCKER_CONFIG: config };
    await runOrThrow(await craneTool(), ["push", layout, reference], { env });
    assert.equal(proxy.cuts, 1);
    await isWhole();
    assert.equal((await pulled()).digest, layer.digest);
  });

  it("fails with skopeo, leaves nothing visible, and can be repeated", async () => {
    const { program, env } = await skopeoTool();
    const login = ["--authfile", path.join(config, "config.json"), "--dest-tls-verify=false"];
    const push = () =>
      run(program, ["--insecure-policy", "copy", ...login, `oci:${layout}`, `docker://${reference}`], { env });
    const broken = await push();
    assert.notEqual(broken.code, 0, broken.stdout);
    assert.equal(proxy.cuts, 1);
    assert.deepEqual(await images(), []);
    const again = await push();
    assert.equal(again.code, 0, again.stderr);
    await isWhole();
  });

  it("is retried by docker itself after a pause, and arrives intact", async function () {
    if (!fullTests) this.skip();
    const { binDirectory, environment } = await ensureDocker({ home: sandbox.home, progress: () => {} });
    const options = { env: { ...process.env, ...environment, DOCKER_CONFIG: config } };
    const docker = (...args: string[]) => runOrThrow(path.join(binDirectory, "docker"), args, options);
    try {
      const archive = path.join(config, "tree.tar");
      await runOrThrow("tar", ["-C", layout, "-cf", archive, "blobs"]);
      await docker("import", archive, reference);
      await docker("push", reference);
      assert.equal(proxy.cuts, 1);
      await isWhole();
    } finally {
      const left = await docker("images", "--quiet", `${proxy.host}/${name}`);
      for (const id of new Set(left.split(/\s+/).filter(Boolean))) await docker("rmi", "--force", id);
      await releaseDocker(sandbox.home);
    }
  });
});
