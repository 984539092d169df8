import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  BatchDeleteImageCommand,
  CompleteLayerUploadCommand,
  InitiateLayerUploadCommand,
  UploadLayerPartCommand,
} from "@aws-sdk/client-ecr";
import { DistributionClient } from "../../../sandbox/gateway/storage/distributionClient";
import {
  removeBrokenLinks,
  storedManifests,
  storedRepositories,
} from "../../../sandbox/gateway/storage/distributionFiles";
import { GarbageCollection } from "../../../sandbox/gateway/storage/garbageCollection";
import {
  distributionProcess,
  distributionStorage,
  garbageCollector,
  installDistribution,
  startDistribution,
} from "../../../sandbox/services/distribution";
import { stopProcess } from "../../../sandbox/services/processes";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import { removeTemporary, temporaryDirectory } from "../temporary";
import { serviceError, useSandbox } from "./harness";
import { digestOf, privateClient, type RegistryClient, testImage } from "./registryClient";

describe("gateway: storage in Distribution", function () {
  this.timeout(900_000);
  const sandbox = useSandbox();
  let client: RegistryClient;
  before(async () => {
    client = await privateClient(sandbox);
  });

  const repository = () => sandbox.createRepository("storage");

  async function restart(whileDown: () => Promise<void> = async () => {}): Promise<void> {
    await sandbox.stopGateway();
    await whileDown();
    await sandbox.start();
    client = await privateClient(sandbox);
  }

  /** The file in which Distribution stores a layer. */
  const layerFile = (digest: string) => {
    const hex = digest.slice("sha256:".length);
    const blobs = path.join(distributionStorage(sandbox.home), "docker/registry/v2/blobs/sha256");
    return path.join(blobs, hex.slice(0, 2), hex, "data");
  };
  const status = async (name: string, digest: string) =>
    (await client.request("HEAD", `/v2/${name}/blobs/${digest}`)).status;

  it("resumes a layer upload through the API after a restart, and rejects one with unrecorded bytes", async () => {
    const repositoryName = await repository();
    const parts = [randomBytes(5 * 1024 * 1024), randomBytes(100)];
    const { uploadId = "" } = await sandbox.ecr().send(new InitiateLayerUploadCommand({ repositoryName }));
    const send = (part: number, id = uploadId) => {
      const partFirstByte = part === 0 ? 0 : (parts[0]?.length ?? 0);
      const layerPartBlob = parts[part] ?? Buffer.alloc(0);
      const partLastByte = partFirstByte + layerPartBlob.length - 1;
      const input = { repositoryName, uploadId: id, partFirstByte, partLastByte, layerPartBlob };
      return sandbox.ecr().send(new UploadLayerPartCommand(input));
    };
    await send(0);
    await restart();
    assert.equal((await send(1)).lastByteReceived, 5 * 1024 * 1024 + 99);
    const digest = digestOf(Buffer.concat(parts));
    await sandbox.ecr().send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [digest] }));
    assert.equal(await status(repositoryName, digest), 200);
    await assert.rejects(send(1), serviceError("UploadNotFoundException"), "a finished upload is over");

    const cut = await sandbox.ecr().send(new InitiateLayerUploadCommand({ repositoryName }));
    const [id = ""] = storedRepositories(distributionStorage(sandbox.home)).filter((each) =>
      fs.existsSync(uploadData(each, sandbox.home)),
    );
    await restart(async () => {
      // What a kill between Distribution's answer and its record leaves: bytes that were never acknowledged.
      for (const file of filesBelow(uploadData(id, sandbox.home), "data")) fs.appendFileSync(file, "unknown bytes");
    });
    await assert.rejects(send(0, cut.uploadId), serviceError("UploadNotFoundException"));
    await assert.rejects(send(0, cut.uploadId), serviceError("UploadNotFoundException"));
  });

  it("removes only unknown manifests and repositories at startup", async () => {
    const name = await repository();
    const [kept, unknown] = [testImage("kept"), testImage("unknown")];
    await client.push(name, "v1", kept);
    await client.uploadBlob(name, unknown.config);
    await client.uploadBlob(name, unknown.layer);
    const storage = distributionStorage(sandbox.home);
    const id = storedRepositories(storage).find((each) => storedManifests(storage, each).includes(kept.digest)) ?? "";
    await restart(async () => {
      const distribution = new DistributionClient(sandbox.config());
      const type = { "Content-Type": unknown.mediaType };
      const body = Buffer.from(unknown.manifest);
      const answer = await distribution.request("PUT", `/v2/r/${id}/manifests/${unknown.digest}`, type, body);
      answer.resume();
      assert.equal(answer.statusCode, 201);
      distribution.close();
      fs.mkdirSync(path.join(storage, "docker/registry/v2/repositories/r", "f".repeat(32)), { recursive: true });
    });
    assert.ok(await waitUntil(() => storedManifests(storage, id).length === 1, 50_000));
    assert.deepEqual(storedManifests(storage, id), [kept.digest]);
    assert.ok(await waitUntil(() => !storedRepositories(storage).includes("f".repeat(32)), 50_000));
    assert.equal((await client.getManifest(name, "v1")).status, 200);
    assert.equal(await status(name, digestOf(kept.layer)), 200);
  });

  it("deletes the layers of deleted images while idle, and keeps all others", async () => {
    const collection = garbageCollector(sandbox.home, await installDistribution());
    sandbox.settings = { garbageCollection: { ...collection, idleMilliseconds: 300 } };
    await restart();
    const name = await repository();
    const [kept, gone] = [testImage("kept"), testImage("gone")];
    for (const image of [kept, gone]) await client.push(name, image.digest, image);
    const imageIds = [{ imageDigest: gone.digest }];
    await sandbox.ecr().send(new BatchDeleteImageCommand({ repositoryName: name, imageIds }));
    assert.ok(fs.existsSync(layerFile(digestOf(gone.layer))), "not while something is asked");
    assert.ok(await waitUntil(() => !fs.existsSync(layerFile(digestOf(gone.layer))), 50_000));
    assert.ok(fs.existsSync(layerFile(digestOf(kept.layer))));
    assert.equal((await client.getManifest(name, kept.digest)).status, 200);
    assert.equal(await status(name, digestOf(gone.layer)), 404);
    assert.equal((await client.push(name, "again", gone)).status, 201, "and takes them anew");
    sandbox.settings = {};
  });

  it("treats a layer whose link file a kill left empty as absent, and accepts it again", async () => {
    const name = await repository();
    const layer = randomBytes(1000);
    await client.uploadBlob(name, layer);
    const storage = distributionStorage(sandbox.home);
    const hex = digestOf(layer).slice("sha256:".length);
    const links = storedRepositories(storage)
      .map((id) => path.join(storage, "docker/registry/v2/repositories/r", id, "_layers/sha256", hex, "link"))
      .filter((file) => fs.existsSync(file));
    assert.equal(links.length, 1);
    await stopProcess(sandbox.home, distributionProcess);
    fs.writeFileSync(links[0] ?? "", "");
    await startDistribution(sandbox.home, await installDistribution());
    assert.equal(await status(name, digestOf(layer)), 404);
    assert.equal((await client.uploadBlob(name, layer)).status, 201);
    assert.equal(await status(name, digestOf(layer)), 200);
    assert.equal(removeBrokenLinks(storage), 0, "whole links stay");
    assert.equal(removeBrokenLinks(path.join(sandbox.home, "nowhere")), 0);
  });

  it("returns 503 while the storage does not answer", async () => {
    const name = await repository();
    await stopProcess(sandbox.home, distributionProcess);
    const answer = await client.request("POST", `/v2/${name}/blobs/uploads/`);
    assert.equal(answer.status, 503);
    await startDistribution(sandbox.home, await installDistribution());
    assert.equal((await client.push(name, "v1", testImage("back"))).status, 201);
  });
});

describe("gateway: garbage collection", () => {
  afterEach(removeTemporary);

  it("runs after a deletion once no request is under way, and makes new requests wait", async () => {
    const mark = path.join(temporaryDirectory(), "mark");
    const script = `const fs = require("node:fs"); setTimeout(() => fs.appendFileSync(${JSON.stringify(mark)}, "x"), 200)`;
    const collection = new GarbageCollection({ command: process.execPath, args: ["-e", script] }, () => {}, 20);
    const runs = () => (fs.existsSync(mark) ? fs.readFileSync(mark, "utf8").length : 0);
    let finish = () => {};
    try {
      const request = collection.during(() => new Promise<void>((resolve) => (finish = resolve)));
      collection.garbage = true;
      assert.equal(await waitUntil(() => !collection.garbage, 300), false, "a request is under way");
      finish();
      await request;
      assert.ok(await waitUntil(() => !collection.garbage, 50_000));
      assert.equal(runs(), 0, "it has only begun");
      await collection.during(async () => assert.equal(runs(), 1, "this came meanwhile"));
      assert.equal(await waitUntil(() => runs() > 1, 300), false, "nothing was deleted since");
    } finally {
      await collection.stop();
    }
  });
});

function uploadData(id: string, home: string): string {
  return path.join(distributionStorage(home), "docker/registry/v2/repositories/r", id, "_uploads");
}

function filesBelow(folder: string, name: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => path.basename(file) === name)
    .map((file) => path.join(folder, file));
}
