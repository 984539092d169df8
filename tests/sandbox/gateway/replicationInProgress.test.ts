import assert from "node:assert/strict";
import {
  CreateRepositoryCommand,
  DescribeImageReplicationStatusCommand,
  DescribeImagesCommand,
  DescribeReplicationBackfillResultsCommand,
  ECRClient,
  PutImageCommand,
  PutReplicationConfigurationCommand,
  StartReplicationBackfillCommand,
  StopReplicationBackfillCommand,
} from "@aws-sdk/client-ecr";
import { Replicator } from "../../../sandbox/gateway/copies/replicator";
import { GatewayProcess } from "./gatewayProcess";
import { account, region as home, serviceError, useSandbox } from "./harness";
import { HeldCopies } from "./heldCopies";
import { privateClient, type TestImage, testImage } from "./registryClient";

describe("gateway: replication in progress", () => {
  const sandbox = useSandbox();
  let copies: HeldCopies;
  let ecr: (region?: string) => ECRClient;
  before(async () => {
    copies = await HeldCopies.of(sandbox);
    // For the gateway as another process too, at the same address.
    const { endpoint, ...options } = sandbox.clientOptions(home);
    ecr = (region = home) => new ECRClient({ ...options, endpoint, region });
  });
  afterEach(() => copies.release());
  after(() => copies.close());

  const replicate = (filter: string, ...regions: string[]) =>
    ecr().send(
      new PutReplicationConfigurationCommand({
        replicationConfiguration: {
          rules: [
            {
              destinations: regions.map((region) => ({ region, registryId: account })),
              repositoryFilters: [{ filter, filterType: "PREFIX_MATCH" }],
            },
          ],
        },
      }),
    );
  /** A repository that is replicated, with images that were pushed before the rule. */
  const repositoryWith = async (...images: TestImage[]) => {
    const repositoryName = await sandbox.createRepository("tagged");
    await replicate("none", "eu-west-1");
    const client = await privateClient(sandbox);
    for (const image of images) await client.push(repositoryName, image.digest, image);
    await replicate("tagged", "eu-west-1");
    return repositoryName;
  };
  const put = (repositoryName: string, imageTag: string, { manifest }: TestImage) =>
    ecr().send(new PutImageCommand({ repositoryName, imageTag, imageManifest: manifest }));
  const statusOf = async (repositoryName: string, { digest }: TestImage) => {
    const command = new DescribeImageReplicationStatusCommand({ repositoryName, imageId: { imageDigest: digest } });
    const { replicationStatuses = [] } = await ecr().send(command);
    return replicationStatuses.map(({ region, status, failureCode }) => [region, status, failureCode]);
  };
  /** The replica's tags, with the digest of each. */
  const replica = async (repositoryName: string, region = "eu-west-1") => {
    const { imageDetails = [] } = await ecr(region).send(new DescribeImagesCommand({ repositoryName }));
    const tags = imageDetails.flatMap(({ imageTags = [], imageDigest }) => imageTags.map((tag) => [tag, imageDigest]));
    return Object.fromEntries(tags.sort());
  };

  const backfill = () => {
    const destination = { region: "eu-west-1", registryId: account };
    return ecr().send(new StartReplicationBackfillCommand({ destination }));
  };
  const ended = async (replicationBackfillId: string | undefined) => {
    for (;;) {
      const found = await ecr().send(new DescribeReplicationBackfillResultsCommand({ replicationBackfillId }));
      if (found.endedAt !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  const [one, two] = [testImage("one"), testImage("two")];
  const done = [["eu-west-1", "COMPLETE", undefined]];

  it("copies every tag of parallel calls", async () => {
    const name = await repositoryWith(one);
    await Promise.all(["q1", "q2", "q3"].map((tag) => put(name, tag, one)));
    assert.deepEqual(await statusOf(name, one), done);
    assert.deepEqual(await replica(name), { q1: one.digest, q2: one.digest, q3: one.digest });
  });

  it("copies a tag that is put during a copy, and is in progress until then", async () => {
    const name = await repositoryWith(one);
    copies.hold();
    await put(name, "first", one);
    await copies.begun();
    // Answered when the copies that have begun by then are done.
    const asked = nextCall(Replicator.prototype, "settled");
    const status = statusOf(name, one);
    await asked;
    await put(name, "second", one);
    await copies.releaseOne();
    assert.deepEqual(await status, [["eu-west-1", "IN_PROGRESS", undefined]]);
    assert.deepEqual(await replica(name), { first: one.digest });
    copies.release();
    assert.deepEqual(await statusOf(name, one), done);
    assert.deepEqual(await replica(name), { first: one.digest, second: one.digest });
  });

  it("ends with a tag on the image that it was last moved to, back and forth too", async () => {
    const name = await repositoryWith(one, two);
    copies.hold();
    await put(name, "moved", one);
    await copies.begun();
    await put(name, "moved", two);
    await put(name, "back", one);
    await put(name, "back", two);
    await put(name, "back", one);
    copies.release();
    assert.deepEqual([await statusOf(name, one), await statusOf(name, two)], [done, done]);
    assert.deepEqual(await replica(name), { back: one.digest, moved: two.digest });
  });

  it("copies each tag to where the rules said when it was put", async () => {
    const name = await repositoryWith(one);
    copies.hold();
    await put(name, "earlier", one);
    await put(name, "also", one);
    await replicate("tagged", "us-west-2");
    await put(name, "later", one);
    copies.release();
    assert.deepEqual(await statusOf(name, one), [["us-west-2", "COMPLETE", undefined]]);
    assert.deepEqual(await replica(name), { also: one.digest, earlier: one.digest });
    assert.deepEqual(await replica(name, "us-west-2"), { later: one.digest });
  });

  it("runs one backfill per region at a time, until it is stopped", async () => {
    const name = await repositoryWith(one);
    await replicate("none", "eu-west-1");
    for (const tag of ["a", "b"]) await put(name, tag, one);
    await replicate(name, "eu-west-1");
    copies.hold();
    const { replicationBackfillId } = await backfill();
    await copies.begun();
    await assert.rejects(backfill(), serviceError("ReplicationBackfillInProgressException"));
    await ecr().send(new StopReplicationBackfillCommand({ replicationBackfillId }));
    copies.release();
    const stopped = await ended(replicationBackfillId);
    assert.deepEqual([stopped.status, stopped.progress?.completedReplicationCount], ["STOPPED", 1]);
    assert.equal(stopped.progress?.totalReplicationCount, 2);
    const again = await ended((await backfill()).replicationBackfillId);
    assert.deepEqual([again.status, again.progress?.completedReplicationCount], ["COMPLETE", 2]);
  });

  it("leaves a tag that was moved during a backfill on its new image", async () => {
    const name = await repositoryWith(one, two);
    await replicate("none", "eu-west-1");
    for (const tag of ["a", "b"]) await put(name, tag, one);
    await replicate(name, "eu-west-1");
    copies.hold();
    const { replicationBackfillId } = await backfill();
    await copies.begun();
    await put(name, "b", two);
    copies.release();
    assert.deepEqual(await statusOf(name, two), done);
    assert.equal((await ended(replicationBackfillId)).status, "COMPLETE");
    assert.deepEqual(await replica(name), { a: one.digest, b: two.digest });
  });

  it("reports a failure for one tag, even when others succeed after it", async () => {
    const name = await repositoryWith(one, two);
    const settings = { repositoryName: name, imageTagMutability: "IMMUTABLE" as const };
    await ecr("eu-west-1").send(new CreateRepositoryCommand(settings));
    await put(name, "kept", one);
    assert.deepEqual(await statusOf(name, one), done);
    copies.hold();
    await put(name, "kept", two);
    await put(name, "second", two);
    await copies.releaseOne();
    await copies.begun();
    await put(name, "third", two);
    copies.release();
    assert.deepEqual(await statusOf(name, two), [["eu-west-1", "FAILED", "ImageTagAlreadyExists"]]);
    assert.deepEqual(await replica(name), { kept: one.digest, second: two.digest, third: two.digest });
    await put(name, "fourth", two);
    assert.deepEqual(await statusOf(name, two), done, "of the tags that were put since then");
  });

  it("resumes every tag, in the order in which they were put, after a kill", async function () {
    this.timeout(120_000);
    // In either order of their digests.
    const images = [one, two].sort((a, b) => a.digest.localeCompare(b.digest));
    const [low = one, high = two] = images;
    const name = await repositoryWith(low, high);
    const gateway = await GatewayProcess.of(sandbox);
    try {
      await gateway.start();
      copies.hold();
      for (const tag of ["q1", "q2", "q3"]) await put(name, tag, low);
      await copies.begun();
      await put(name, "up", low);
      await put(name, "up", high);
      await put(name, "down", high);
      await put(name, "down", low);
      await gateway.kill();
      copies.release();
      await gateway.start();
      await put(name, "after", high);
      assert.deepEqual([await statusOf(name, low), await statusOf(name, high)], [done, done]);
      const [q1, q2, q3] = [low.digest, low.digest, low.digest];
      assert.deepEqual(await replica(name), { q1, q2, q3, after: high.digest, down: low.digest, up: high.digest });
    } finally {
      await gateway.kill();
      await sandbox.start();
    }
  });
});

/** Resolves when a method of a class is called next, which then runs as usual. */
function nextCall<Name extends string>(prototype: Record<Name, (...args: never[]) => unknown>, name: Name) {
  const method = prototype[name];
  return new Promise<void>((resolve) => {
    prototype[name] = function (this: unknown, ...args) {
      prototype[name] = method;
      const result = method.apply(this, args);
      resolve();
      return result;
    };
  });
}
