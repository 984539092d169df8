import assert from "node:assert/strict";
import {
  BatchGetImageCommand,
  CreateRepositoryCommand,
  DescribeImagesCommand,
  ListImageReferrersCommand,
  UpdateImageStorageClassCommand,
} from "@aws-sdk/client-ecr";
import { serviceError, uniqueName, useSandbox } from "./harness";
import { privateClient, type RegistryClient, refusal, testImage } from "./registryClient";

describe("gateway: archive and referrers", () => {
  const sandbox = useSandbox();
  let client: RegistryClient;
  let repositoryName: string;
  before(async () => {
    client = await privateClient(sandbox);
  });
  beforeEach(async () => {
    repositoryName = uniqueName("stored");
    await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName }));
  });

  it("hides an archived image from listings and pulls until it is restored", async () => {
    await client.push(repositoryName, "v1", testImage("archived"));
    const move = async (targetStorageClass: "ARCHIVE" | "STANDARD") => {
      const input = { repositoryName, imageId: { imageTag: "v1" }, targetStorageClass };
      return (await sandbox.ecr().send(new UpdateImageStorageClassCommand(input))).imageStatus;
    };
    const listed = async (filter?: object) =>
      (await sandbox.ecr().send(new DescribeImagesCommand({ repositoryName, filter }))).imageDetails;
    assert.equal(await move("ARCHIVE"), "ARCHIVED");
    await assert.rejects(move("ARCHIVE"), serviceError("ImageStorageClassUpdateNotSupportedException"));
    assert.deepEqual(await listed(), []);
    const [detail] = (await listed({ imageStatus: "ARCHIVED" })) ?? [];
    assert.deepEqual([detail?.imageStatus, detail?.lastArchivedAt instanceof Date], ["ARCHIVED", true]);
    const pulled = await refusal(await client.getManifest(repositoryName, "v1"));
    assert.deepEqual([pulled.status, pulled.code], [404, "MANIFEST_UNKNOWN"]);
    const batch = await sandbox
      .ecr()
      .send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: "v1" }] }));
    assert.equal(batch.failures?.[0]?.failureCode, "ImageInaccessible");
    assert.equal(await move("STANDARD"), "ACTIVATING");
    assert.equal((await client.getManifest(repositoryName, "v1")).status, 200);
    const [restored] = (await listed()) ?? [];
    assert.deepEqual([restored?.imageStatus, restored?.lastActivatedAt instanceof Date], ["ACTIVE", true]);
  });

  it("restores an archived image when it is pushed again, with its tags and push time unchanged", async () => {
    const image = testImage("pushed again");
    await client.push(repositoryName, "v1", image);
    const detail = async () =>
      (await sandbox.ecr().send(new DescribeImagesCommand({ repositoryName, filter: { imageStatus: "ANY" } })))
        .imageDetails?.[0];
    const pushed = await detail();
    const archive = { repositoryName, imageId: { imageTag: "v1" }, targetStorageClass: "ARCHIVE" } as const;
    await sandbox.ecr().send(new UpdateImageStorageClassCommand(archive));
    assert.equal((await detail())?.imageStatus, "ARCHIVED");
    assert.equal((await client.push(repositoryName, "v2", image)).status, 201);
    const restored = await detail();
    assert.deepEqual([restored?.imageStatus, restored?.imageTags], ["ACTIVE", ["v1", "v2"]]);
    assert.ok(restored?.lastActivatedAt instanceof Date);
    assert.deepEqual(restored?.imagePushedAt, pushed?.imagePushedAt);
    assert.equal((await client.getManifest(repositoryName, "v1")).status, 200);
  });

  it("lists an image's referrers by artifact type, in pages", async () => {
    const image = testImage("subject");
    await client.push(repositoryName, "v1", image);
    const subject = { mediaType: image.mediaType, digest: image.digest, size: image.manifest.length };
    for (const artifactType of ["application/spdx+json", "application/vnd.signature", "application/vnd.signature.2"]) {
      const artifact = testImage(artifactType, { subject, artifactType, annotations: { note: artifactType } });
      assert.equal((await client.push(repositoryName, artifact.digest, artifact)).status, 201);
    }
    const list = async (more: object = {}) => {
      const command = new ListImageReferrersCommand({
        repositoryName,
        subjectId: { imageDigest: image.digest },
        ...more,
      });
      const { referrers, nextToken } = await sandbox.ecr().send(command);
      return { types: referrers?.map((each) => each.artifactType).sort(), referrers, nextToken };
    };
    const all = await list();
    assert.equal(all.types?.length, 3);
    assert.deepEqual(all.referrers?.[0]?.annotations, { note: all.referrers?.[0]?.artifactType });
    assert.deepEqual((await list({ filter: { artifactTypes: ["application/spdx+json"] } })).types, [
      "application/spdx+json",
    ]);
    assert.deepEqual((await list({ filter: { artifactStatus: "ARCHIVED" } })).types, []);
    const first = await list({ maxResults: 2 });
    const second = await list({ maxResults: 2, nextToken: first.nextToken });
    assert.deepEqual([first.types?.length, second.types?.length, second.nextToken], [2, 1, undefined]);
  });
});
