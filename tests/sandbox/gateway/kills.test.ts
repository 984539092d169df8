import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import {
  BatchDeleteImageCommand,
  CreateRepositoryCommand,
  ECRClient,
  paginateDescribeImages,
} from "@aws-sdk/client-ecr";
import { storedManifests, storedRepositories } from "../../../sandbox/gateway/storage/distributionFiles";
import {
  distributionProcess,
  distributionStorage,
  installDistribution,
  startDistribution,
} from "../../../sandbox/services/distribution";
import { runningProcess } from "../../../sandbox/services/processes";
import { identify } from "../../../sandbox/system/processes";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import { randomNumbers } from "../randomNumbers";
import { fullTests } from "../tools";
import { GatewayProcess } from "./gatewayProcess";
import { useSandbox } from "./harness";
import { digestOf, privateToken, RegistryClient, type TestImage, testImage } from "./registryClient";

/** Fixed, so that every run makes the same kills at the same moments, as far as the machine allows. */
const seed = 20_261_124;
const kills = fullTests ? 50 : 5;
const repositoryName = "killed";
const workers = 3;

describe("gateway: kill -9 of the gateway and of Distribution under load", function () {
  this.timeout(600_000);
  const sandbox = useSandbox();
  let gateway: GatewayProcess;
  let client: RegistryClient;
  let ecr: ECRClient;
  let program: string;
  /** Images by tag whose push was acknowledged; below, digests whose deletion was. */
  const pushed = new Map<string, TestImage>();
  const deleted = new Set<string>();
  const stopped = { value: false };

  before(async () => {
    program = await installDistribution();
    await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName }));
    const { token, host } = await privateToken(sandbox);
    client = new RegistryClient(host, `Basic ${token}`);
    ecr = new ECRClient(sandbox.clientOptions("ap-northeast-2"));
    gateway = await GatewayProcess.of(sandbox);
    await gateway.start();
  });
  after(() => gateway?.kill());

  /** Pushes image after image and deletes every third, whatever happens to the services meanwhile. */
  async function work(worker: number): Promise<void> {
    let arrived = 0;
    for (let count = 0; !stopped.value; count++) {
      const tag = `w${worker}-${count}`;
      const image = testImage(`image ${tag}`);
      const answer = await client.push(repositoryName, tag, image).catch(() => undefined);
      await answer?.arrayBuffer().catch(() => undefined);
      if (answer?.status !== 201) {
        await pause(20);
        continue;
      }
      pushed.set(tag, image);
      arrived += 1;
      if (arrived % 3 === 0) {
        // An unanswered deletion may or may not have happened, so the image is left out of the comparison.
        pushed.delete(tag);
        const command = new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageDigest: image.digest }] });
        const done = await ecr.send(command).catch(() => undefined);
        if (done?.imageIds?.length === 1) deleted.add(image.digest);
      }
    }
  }

  async function killDistribution(): Promise<void> {
    const { pid } = runningProcess(sandbox.home, distributionProcess) ?? assert.fail("Distribution does not run");
    process.kill(pid, "SIGKILL");
    assert.ok(await waitUntil(() => identify(pid) === undefined, 50_000, 5));
  }

  const blobIsWhole = async (digest: string) => {
    const answer = await client.request("GET", `/v2/${repositoryName}/blobs/${digest}`);
    return answer.status === 200 && digestOf(Buffer.from(await answer.arrayBuffer())) === digest;
  };

  /** Pulls a reference with its layers. @returns The manifest; `undefined` when there is none. */
  async function pull(reference: string): Promise<string | undefined> {
    const answer = await client.getManifest(repositoryName, reference);
    const manifest = await answer.text();
    if (answer.status === 404) return undefined;
    assert.equal(answer.status, 200, manifest);
    const { config, layers } = JSON.parse(manifest) as { config: { digest: string }; layers: { digest: string }[] };
    for (const { digest } of [config, ...layers]) assert.ok(await blobIsWhole(digest), `${reference}: ${digest}`);
    return manifest;
  }

  async function listed(): Promise<{ digest: string; tags: string[] }[]> {
    const images: { digest: string; tags: string[] }[] = [];
    for await (const page of paginateDescribeImages({ client: ecr, pageSize: 1000 }, { repositoryName })) {
      for (const { imageDigest = "", imageTags = [] } of page.imageDetails ?? []) {
        images.push({ digest: imageDigest, tags: imageTags });
      }
    }
    return images;
  }

  it(`leaves control plane and stored images consistent after ${kills} kills`, async () => {
    const random = randomNumbers(seed);
    const { distributionSocket } = sandbox.config();
    const working = Array.from({ length: workers }, (_, worker) => work(worker));
    try {
      for (let count = 0; count < kills; count++) {
        const acknowledged = pushed.size;
        // Some progress between two kills, then a random moment.
        assert.ok(await waitUntil(() => pushed.size > acknowledged, 60_000, 5), "nothing is pushed any more");
        await pause(random() * 150);
        const victim = Math.floor(random() * 3);
        await Promise.all([victim !== 1 && gateway.kill(), victim !== 0 && killDistribution()]);
        if (victim !== 0) assert.equal(await startDistribution(sandbox.home, program), distributionSocket);
        if (victim !== 1) await gateway.start();
      }
    } finally {
      stopped.value = true;
      await Promise.all(working);
    }
    // A last kill, after which nothing is pushed, so the state no longer changes.
    await gateway.kill();
    await gateway.start();

    for (const [tag, image] of pushed) assert.equal(await pull(tag), image.manifest, `${tag} was acknowledged`);
    const images = await listed();
    for (const { digest, tags } of images) {
      assert.ok(await pull(digest), `${digest} is listed`);
      for (const tag of tags) assert.equal(digestOf((await pull(tag)) ?? ""), digest);
      assert.ok(!deleted.has(digest), `${digest} was deleted`);
    }
    assert.ok(pushed.size >= kills && deleted.size > 0, `${pushed.size} images pushed, ${deleted.size} deleted`);

    const storage = distributionStorage(sandbox.home);
    const [id = ""] = storedRepositories(storage);
    const known = images.map(({ digest }) => digest).sort();
    await waitUntil(() => manifestsOf(storage, id).length === known.length, 50_000);
    assert.deepEqual(manifestsOf(storage, id), known, "what nobody can see is not kept either");
  });
});

/** Digests of the manifests that Distribution stores and would serve. */
function manifestsOf(storage: string, id: string): string[] {
  return storedManifests(storage, id).sort();
}
