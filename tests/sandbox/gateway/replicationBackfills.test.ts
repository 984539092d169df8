import assert from "node:assert/strict";
import {
  BatchDeleteImageCommand,
  DescribeImagesCommand,
  DescribeReplicationBackfillResultsCommand,
  ListReplicationBackfillsCommand,
  PutReplicationConfigurationCommand,
  StartReplicationBackfillCommand,
  StopReplicationBackfillCommand,
} from "@aws-sdk/client-ecr";
import { SignatureV4 } from "@smithy/signature-v4";
import { account, credentials, region, serviceError, useSandbox } from "./harness";
import { privateClient, type RegistryClient, testImage } from "./registryClient";
import { Sha256 } from "./sha256";

const europe = { region: "eu-west-1", registryId: account };

describe("gateway: replication of existing images and of deletions", () => {
  const sandbox = useSandbox();
  let client: RegistryClient;
  before(async () => {
    client = await privateClient(sandbox);
  });

  const replicate = (filter: string) =>
    sandbox.ecr().send(
      new PutReplicationConfigurationCommand({
        replicationConfiguration: {
          rules: [{ destinations: [europe], repositoryFilters: [{ filter, filterType: "PREFIX_MATCH" }] }],
        },
      }),
    );
  const start = () => sandbox.ecr().send(new StartReplicationBackfillCommand({ destination: europe }));
  const describeOne = (replicationBackfillId: string | undefined, more: object = {}) =>
    sandbox.ecr().send(new DescribeReplicationBackfillResultsCommand({ replicationBackfillId, ...more }));
  const ended = async (id: string | undefined) => {
    for (;;) {
      const found = await describeOne(id);
      if (found.endedAt !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const tagsThere = async (repositoryName: string) => {
    const command = new DescribeImagesCommand({ repositoryName });
    const { imageDetails = [] } = await sandbox.ecr({ region: "eu-west-1" }).send(command);
    return imageDetails.flatMap(({ imageTags = [] }) => imageTags).sort();
  };

  it("copies each image and tag that a rule matches, once, and reports progress", async () => {
    const repositoryName = await sandbox.createRepository("fill");
    const beside = await sandbox.createRepository("other");
    await client.push(repositoryName, "v1", testImage("one"));
    await client.push(repositoryName, "latest", testImage("one"));
    await client.push(repositoryName, "v2", testImage("two"));
    await client.push(beside, "v1", testImage("three"));
    await replicate("fill");
    const begun = await start();
    assert.deepEqual([begun.status, begun.destination, begun.registryId], ["PREPARING", europe, account]);
    const end = await ended(begun.replicationBackfillId);
    assert.equal(end.status, "COMPLETE");
    assert.deepEqual(end.progress, {
      totalReplicationCount: 3,
      completedReplicationCount: 3,
      failedReplicationCount: 0,
      failureCodes: [],
    });
    assert.deepEqual(
      end.results?.map(({ repositoryName: name, imageId, status }) => [name, imageId?.imageTag, status]).sort(),
      [
        [repositoryName, "latest", "COMPLETE"],
        [repositoryName, "v1", "COMPLETE"],
        [repositoryName, "v2", "COMPLETE"],
      ],
    );
    assert.deepEqual(await tagsThere(repositoryName), ["latest", "v1", "v2"]);
    await assert.rejects(tagsThere(beside), serviceError("RepositoryNotFoundException"));
    const first = await describeOne(begun.replicationBackfillId, { maxResults: 2, resultStatusFilter: "COMPLETE" });
    const second = await describeOne(begun.replicationBackfillId, { maxResults: 2, nextToken: first.nextToken });
    assert.deepEqual([first.results?.length, second.results?.length, second.nextToken], [2, 1, undefined]);
    assert.deepEqual((await describeOne(begun.replicationBackfillId, { resultStatusFilter: "FAILED" })).results, []);
    const { backfills = [] } = await sandbox.ecr().send(new ListReplicationBackfillsCommand());
    assert.ok(backfills.some((each) => each.replicationBackfillId === begun.replicationBackfillId));
    const stop = new StopReplicationBackfillCommand({ replicationBackfillId: begun.replicationBackfillId });
    await assert.rejects(sandbox.ecr().send(stop), serviceError("ReplicationBackfillInvalidStatusException"));
    // A backfill is kept for 90 days after its end.
    sandbox.clockAhead = 91 * 24 * 60 * 60 * 1000;
    try {
      await assert.rejects(
        describeOne(begun.replicationBackfillId),
        serviceError("ReplicationBackfillNotFoundException"),
      );
    } finally {
      sandbox.clockAhead = 0;
    }
  });

  it("starts a backfill only for a configured destination", async () => {
    await replicate("fill");
    const elsewhere = { destination: { region: "us-east-1", registryId: account } };
    await assert.rejects(
      sandbox.ecr().send(new StartReplicationBackfillCommand(elsewhere)),
      serviceError("InvalidParameterException", /not in the registry's replication configuration/),
    );
    const unknown = "00000000-0000-0000-0000-000000000000";
    await assert.rejects(describeOne(unknown), serviceError("ReplicationBackfillNotFoundException"));
  });

  it("replicates deletions only where the rule enables it", async () => {
    const repositoryName = await sandbox.createRepository("gone");
    const rule = (enabled: boolean) => ({
      destinations: [europe],
      repositoryFilters: [{ filter: "gone", filterType: "PREFIX_MATCH" }],
      deleteReplication: { enabled },
    });
    const remove = async (imageTag: string) => {
      await sandbox.ecr().send(new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageTag }] }));
      // The next copy waits for earlier jobs.
      await client.push(repositoryName, "after", testImage(`after ${imageTag}`));
      await settled(repositoryName, "after");
    };
    await put({ rules: [rule(false)] });
    for (const tag of ["v1", "v1-too", "v2"]) await client.push(repositoryName, tag, testImage(tag.slice(0, 2)));
    await settled(repositoryName, "v2");
    await remove("v2");
    assert.deepEqual(await tagsThere(repositoryName), ["after", "v1", "v1-too", "v2"]);
    await put({ rules: [rule(true)] });
    await remove("v1-too");
    assert.deepEqual(await tagsThere(repositoryName), ["after", "v1", "v2"]);
    await remove("v1");
    assert.deepEqual(await tagsThere(repositoryName), ["after", "v2"]);
  });

  /** Waits until the copies are done, as DescribeImageReplicationStatus does. */
  async function settled(repositoryName: string, imageTag: string): Promise<void> {
    const { DescribeImageReplicationStatusCommand } = await import("@aws-sdk/client-ecr");
    await sandbox.ecr().send(new DescribeImageReplicationStatusCommand({ repositoryName, imageId: { imageTag } }));
  }

  /** Sent without the SDK, whose types lack `deleteReplication`. */
  async function put(replicationConfiguration: object): Promise<void> {
    const signer = new SignatureV4({ service: "ecr", region, credentials, sha256: Sha256 });
    const { host } = new URL(sandbox.gateway.endpoint);
    const body = JSON.stringify({ replicationConfiguration });
    const signed = await signer.sign({
      method: "POST",
      protocol: "http:",
      hostname: host,
      path: "/",
      query: {},
      headers: {
        host,
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "AmazonEC2ContainerRegistry_V20150921.PutReplicationConfiguration",
      },
      body,
    });
    const { host: _host, ...headers } = signed.headers;
    const answer = await fetch(sandbox.gateway.endpoint, { method: "POST", headers, body });
    assert.equal(answer.status, 200, await answer.text());
  }
});
