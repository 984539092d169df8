import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  BatchCheckLayerAvailabilityCommand,
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  CompleteLayerUploadCommand,
  type CreateRepositoryCommandInput,
  DeleteRepositoryCommand,
  DescribeImagesCommand,
  GetDownloadUrlForLayerCommand,
  InitiateLayerUploadCommand,
  ListImagesCommand,
  PutImageCommand,
  UploadLayerPartCommand,
} from "@aws-sdk/client-ecr";
import { serviceError, useSandbox } from "./harness";
import {
  digestOf,
  dockerManifestType,
  ociIndexType,
  ociManifestType,
  privateClient,
  type RegistryClient,
  refusal,
  type TestImage,
  testImage,
} from "./registryClient";

describe("gateway: images through the API", () => {
  const sandbox = useSandbox();
  let client: RegistryClient;
  before(async () => {
    client = await privateClient(sandbox);
  });

  const repository = (settings: Partial<CreateRepositoryCommandInput> = {}) =>
    sandbox.createRepository("images", settings);

  function indexOf(...images: TestImage[]): TestImage {
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: ociIndexType,
      manifests: images.map(({ mediaType, digest, manifest: text }) => ({ mediaType, digest, size: text.length })),
    });
    const [first = testImage("none")] = images;
    return { ...first, manifest, mediaType: ociIndexType, digest: digestOf(manifest) };
  }

  const sizeOf = (image: TestImage) => image.config.length + image.layer.length;

  it("describes an image as ECR does: size of config plus layers, media types, tags, times", async () => {
    const repositoryName = await repository();
    const image = testImage("described");
    await client.push(repositoryName, "v1", image);
    await client.push(repositoryName, "latest", image);
    const { imageDetails } = await sandbox.ecr().send(new DescribeImagesCommand({ repositoryName }));
    const { imagePushedAt, ...rest } = imageDetails?.[0] ?? {};
    assert.ok(imagePushedAt && Math.abs(imagePushedAt.getTime() - Date.now()) < 60_000);
    assert.deepEqual(rest, {
      registryId: "123456789012",
      repositoryName,
      imageDigest: image.digest,
      imageTags: ["latest", "v1"],
      imageSizeInBytes: sizeOf(image),
      imageManifestMediaType: image.mediaType,
      artifactMediaType: "application/vnd.oci.image.config.v1+json",
      imageStatus: "ACTIVE",
    });
    assert.equal(imageDetails?.length, 1);
  });

  it("reports the media type of a layer or config from the manifest that references it", async () => {
    const repositoryName = await repository();
    const [named, alone] = [testImage("named", {}, dockerManifestType), Buffer.from("in no image yet")];
    await client.push(repositoryName, "v1", named);
    await client.uploadBlob(repositoryName, alone);
    const layerDigests = [named.config, named.layer, alone].map(digestOf);
    const { layers } = await sandbox
      .ecr()
      .send(new BatchCheckLayerAvailabilityCommand({ repositoryName, layerDigests }));
    assert.deepEqual(
      layers?.map(({ layerAvailability, mediaType }) => [layerAvailability, mediaType]),
      [
        ["AVAILABLE", "application/vnd.docker.container.image.v1+json"],
        ["AVAILABLE", "application/vnd.docker.image.rootfs.diff.tar.gzip"],
        ["AVAILABLE", undefined],
      ],
    );
  });

  it("filters by tag status, finds by tag and digest, and paginates", async () => {
    const repositoryName = await repository();
    const [old, current] = [testImage("old"), testImage("current")];
    await client.push(repositoryName, "v1", old);
    await client.push(repositoryName, "v1", current);
    const describe = async (input: object) =>
      (await sandbox.ecr().send(new DescribeImagesCommand({ repositoryName, ...input }))).imageDetails?.map(
        (image) => image.imageDigest,
      );
    assert.deepEqual(await describe({ filter: { tagStatus: "TAGGED" } }), [current.digest]);
    assert.deepEqual(await describe({ filter: { tagStatus: "UNTAGGED" } }), [old.digest]);
    assert.deepEqual(await describe({ filter: { imageStatus: "ARCHIVED" } }), []);
    assert.deepEqual(await describe({ imageIds: [{ imageTag: "v1" }] }), [current.digest]);
    assert.deepEqual(await describe({ imageIds: [{ imageDigest: old.digest }] }), [old.digest]);
    await assert.rejects(
      describe({ imageIds: [{ imageTag: "v9" }] }),
      serviceError("ImageNotFoundException", /imageDigest:'null', imageTag:'v9'/),
    );
    await assert.rejects(describe({ imageIds: [{}] }), serviceError("InvalidParameterException", /imageIds/));
    const first = await sandbox.ecr().send(new DescribeImagesCommand({ repositoryName, maxResults: 1 }));
    const second = await sandbox
      .ecr()
      .send(new DescribeImagesCommand({ repositoryName, maxResults: 1, nextToken: first.nextToken }));
    const both = [...(first.imageDetails ?? []), ...(second.imageDetails ?? [])].map((image) => image.imageDigest);
    assert.deepEqual([both.sort(), second.nextToken], [[old.digest, current.digest].sort(), undefined]);
    const { imageIds } = await sandbox.ecr().send(new ListImagesCommand({ repositoryName }));
    assert.deepEqual(
      imageIds?.map((id) => [id.imageDigest, id.imageTag]).sort(),
      [
        [current.digest, "v1"],
        [old.digest, undefined],
      ].sort(),
    );
  });

  it("returns manifests in a batch, and a failure code for each missing or invalid one", async () => {
    const repositoryName = await repository();
    const image = testImage("batch");
    await client.push(repositoryName, "v1", image);
    const other = digestOf("other");
    const { images, failures } = await sandbox.ecr().send(
      new BatchGetImageCommand({
        repositoryName,
        imageIds: [
          { imageTag: "v1" },
          { imageTag: "v2" },
          { imageDigest: "nonsense" },
          {},
          { imageDigest: other },
          { imageTag: "v1", imageDigest: image.digest },
        ],
      }),
    );
    assert.deepEqual(
      images?.map((each) => [each.imageManifest, each.imageId?.imageTag, each.imageManifestMediaType]),
      [
        [image.manifest, "v1", image.mediaType],
        [image.manifest, "v1", image.mediaType],
      ],
    );
    assert.deepEqual(
      failures?.map((failure) => failure.failureCode),
      ["ImageNotFound", "InvalidImageDigest", "MissingDigestAndTag", "ImageNotFound"],
    );
  });

  it("removes a tag, an image with its last tag, and an image with all tags by digest", async () => {
    const repositoryName = await repository();
    const image = testImage("removed");
    for (const tag of ["a", "b", "c"]) await client.push(repositoryName, tag, image);
    const remove = async (imageIds: { imageTag?: string; imageDigest?: string }[]) => {
      const answer = await sandbox.ecr().send(new BatchDeleteImageCommand({ repositoryName, imageIds }));
      return [answer.imageIds?.map((id) => id.imageTag), answer.failures?.map((failure) => failure.failureCode)];
    };
    assert.deepEqual(await remove([{ imageTag: "a" }, { imageTag: "z" }]), [["a"], ["ImageNotFound"]]);
    assert.deepEqual(await remove([{ imageDigest: image.digest }]), [["b", "c"], []]);
    assert.deepEqual(await remove([{ imageDigest: image.digest }]), [[], ["ImageNotFound"]]);
    await client.push(repositoryName, "only", image);
    assert.deepEqual(await remove([{ imageTag: "only" }]), [["only"], []]);
    const { imageDetails } = await sandbox.ecr().send(new DescribeImagesCommand({ repositoryName }));
    assert.deepEqual(imageDetails, []);
  });

  it("requires an index's images before it, keeps them while it exists, and reports the largest size", async () => {
    const repositoryName = await repository();
    const [small, large] = [testImage("amd64"), testImage("arm64 with a longer content")];
    const index = indexOf(small, large);
    const early = await refusal(await client.putManifest(repositoryName, "multi", index));
    assert.deepEqual([early.status, early.message.includes(small.digest)], [400, true]);
    await client.push(repositoryName, small.digest, small);
    await client.push(repositoryName, large.digest, large);
    assert.equal((await client.putManifest(repositoryName, "multi", index)).status, 201);
    assert.equal(await (await client.getManifest(repositoryName, "multi")).text(), index.manifest);
    const { imageDetails } = await sandbox
      .ecr()
      .send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: "multi" }] }));
    assert.equal(imageDetails?.[0]?.imageSizeInBytes, sizeOf(large));

    const remove = (...digests: string[]) =>
      sandbox
        .ecr()
        .send(
          new BatchDeleteImageCommand({ repositoryName, imageIds: digests.map((imageDigest) => ({ imageDigest })) }),
        );
    const refused = await remove(small.digest);
    assert.equal(refused.failures?.[0]?.failureCode, "ImageReferencedByManifestList");
    assert.equal((await client.getManifest(repositoryName, small.digest)).status, 200);
    const together = await remove(small.digest, index.digest, large.digest);
    assert.deepEqual([together.failures, together.imageIds?.length], [[], 3]);
  });

  it("puts an image, and rejects duplicates, immutable tags, wrong digests and missing layers or images", async () => {
    const repositoryName = await repository({ imageTagMutability: "IMMUTABLE" });
    const image = testImage("put");
    const put = (input: object) =>
      sandbox.ecr().send(
        new PutImageCommand({
          repositoryName,
          imageManifest: image.manifest,
          imageManifestMediaType: image.mediaType,
          ...input,
        }),
      );
    await assert.rejects(put({ imageTag: "v1" }), serviceError("LayersNotFoundException", /Layers with digests/));
    await client.uploadBlob(repositoryName, image.config);
    await client.uploadBlob(repositoryName, image.layer);
    const { image: stored } = await put({ imageTag: "v1", imageDigest: image.digest });
    assert.deepEqual(stored?.imageId, { imageDigest: image.digest, imageTag: "v1" });
    await assert.rejects(
      put({ imageTag: "v1" }),
      serviceError("ImageAlreadyExistsException", /and tag 'v1' already exists/),
    );
    await assert.rejects(put({}), serviceError("ImageAlreadyExistsException"));
    await put({ imageTag: "v2" });
    const other = testImage("put 2");
    await client.uploadBlob(repositoryName, other.config);
    await client.uploadBlob(repositoryName, other.layer);
    await assert.rejects(
      put({ imageTag: "v1", imageManifest: other.manifest }),
      serviceError("ImageTagAlreadyExistsException", /cannot be overwritten because the tag is immutable/),
    );
    await assert.rejects(
      put({ imageTag: "v3", imageManifest: other.manifest, imageDigest: image.digest }),
      serviceError("ImageDigestDoesNotMatchException", /image digest that Amazon ECR has calculated\.$/),
    );
    await assert.rejects(
      put({ imageTag: "v3", imageManifest: "{}" }),
      serviceError("InvalidParameterException", /Invalid JSON syntax/),
    );
    await assert.rejects(put({ imageTag: "bad tag" }), serviceError("InvalidParameterException", /imageTag/));
    await assert.rejects(
      put({ imageTag: "v3", imageManifest: indexOf(other).manifest, imageManifestMediaType: ociIndexType }),
      serviceError("ReferencedImagesNotFoundException"),
    );
  });

  it("requires a manifest's media type with PutImage, in the manifest or as a parameter", async () => {
    const repositoryName = await repository();
    for (const [index, mediaType] of [ociManifestType, dockerManifestType].entries()) {
      const image = testImage(`silent ${index}`, { mediaType: undefined }, mediaType);
      await client.uploadBlob(repositoryName, image.config);
      await client.uploadBlob(repositoryName, image.layer);
      const put = (imageManifestMediaType?: string) =>
        sandbox.ecr().send(
          new PutImageCommand({
            ...{ repositoryName, imageManifest: image.manifest, imageTag: `silent-${index}`, imageManifestMediaType },
          }),
        );
      await assert.rejects(
        put(),
        serviceError("InvalidParameterException", /^Invalid parameter at 'ImageManifest' .*'Invalid JSON syntax'/),
      );
      const { image: stored } = await put(mediaType);
      assert.equal(stored?.imageManifestMediaType, mediaType);
      const { images } = await sandbox
        .ecr()
        .send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: `silent-${index}` }] }));
      assert.deepEqual([images?.[0]?.imageManifest, images?.[0]?.imageManifestMediaType], [image.manifest, mediaType]);
      const pulled = await client.getManifest(repositoryName, `silent-${index}`);
      assert.deepEqual([pulled.headers.get("content-type"), await pulled.text()], [mediaType, image.manifest]);
    }
  });

  it("accepts a layer in parts, and returns it through a signed URL that expires", async () => {
    const repositoryName = await repository();
    const layer = randomBytes(6 * 1024 * 1024);
    const digest = digestOf(layer);
    const { uploadId } = await sandbox.ecr().send(new InitiateLayerUploadCommand({ repositoryName }));
    const send = (from: number, until: number) =>
      sandbox.ecr().send(
        new UploadLayerPartCommand({
          repositoryName,
          uploadId,
          partFirstByte: from,
          partLastByte: until - 1,
          layerPartBlob: layer.subarray(from, until),
        }),
      );
    const complete = (layerDigests: string[]) =>
      sandbox.ecr().send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests }));
    await assert.rejects(
      complete([digest]),
      serviceError("EmptyUploadException", /cannot be completed because it does not have any parts\.$/),
    );
    const cut = 5 * 1024 * 1024;
    assert.equal((await send(0, cut)).lastByteReceived, cut - 1);
    await assert.rejects(send(0, cut), serviceError("InvalidLayerPartException", /does not follow byte/));
    assert.equal((await send(cut, layer.length)).lastByteReceived, layer.length - 1);
    await complete([digest]);
    await assert.rejects(complete([digest]), serviceError("UploadNotFoundException"));

    const { layers, failures } = await sandbox.ecr().send(
      new BatchCheckLayerAvailabilityCommand({
        repositoryName,
        layerDigests: [digest, digestOf("absent"), "nonsense"],
      }),
    );
    assert.deepEqual(
      layers?.map((each) => [each.layerAvailability, each.layerSize]),
      [
        ["AVAILABLE", layer.length],
        ["UNAVAILABLE", undefined],
      ],
    );
    assert.equal(failures?.[0]?.failureCode, "InvalidLayerDigest");

    const { downloadUrl = "" } = await sandbox
      .ecr()
      .send(new GetDownloadUrlForLayerCommand({ repositoryName, layerDigest: digest }));
    const downloaded = await fetch(downloadUrl);
    assert.equal(digestOf(Buffer.from(await downloaded.arrayBuffer())), digest);
    const forged = downloadUrl.replace(/expires=\d/, "expires=9");
    assert.equal((await fetch(forged)).status, 403);
    sandbox.clockAhead = 61 * 60_000;
    assert.equal((await fetch(downloadUrl)).status, 403);
    await assert.rejects(
      sandbox.ecr().send(new GetDownloadUrlForLayerCommand({ repositoryName, layerDigest: digestOf("absent") })),
      serviceError(
        "LayersNotFoundException",
        new RegExp(`^The layer with digest '${digestOf("absent")}' does not exist within the repository with name`),
      ),
    );
  });

  it("rejects a layer with a part under 5 MB that is not the last", async () => {
    const repositoryName = await repository();
    const { uploadId } = await sandbox.ecr().send(new InitiateLayerUploadCommand({ repositoryName }));
    for (const [partFirstByte, text] of ["one", "two", "six"].map((part, index) => [index * 3, part] as const)) {
      const part = { partFirstByte, partLastByte: partFirstByte + 2, layerPartBlob: Buffer.from(text) };
      await sandbox.ecr().send(new UploadLayerPartCommand({ repositoryName, uploadId, ...part }));
    }
    const layerDigests = [digestOf("onetwosix")];
    await assert.rejects(
      sandbox.ecr().send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests })),
      serviceError("LayerPartTooSmallException", /^All layer parts except the last part should be at least 5MB$/),
    );
  });

  it("deletes a repository with images only with force", async () => {
    const repositoryName = await repository();
    await client.push(repositoryName, "v1", testImage("kept"));
    await assert.rejects(
      sandbox.ecr().send(new DeleteRepositoryCommand({ repositoryName })),
      serviceError("RepositoryNotEmptyException", /cannot be deleted because it still contains images/),
    );
    await sandbox.ecr().send(new DeleteRepositoryCommand({ repositoryName, force: true }));
  });

  it("lists signatures and other artifacts as referrers of their subject", async () => {
    const repositoryName = await repository();
    const image = testImage("signed");
    await client.push(repositoryName, "v1", image);
    const subject = { mediaType: image.mediaType, digest: image.digest, size: image.manifest.length };
    const signature = testImage("signature", {
      artifactType: "application/vnd.example.signature",
      annotations: { by: "clinic" },
      subject,
    });
    const pushed = await client.push(repositoryName, signature.digest, signature);
    assert.equal(pushed.headers.get("oci-subject"), image.digest);
    const list = async (query = "") => {
      const answer = await client.request("GET", `/v2/${repositoryName}/referrers/${image.digest}${query}`);
      return ((await answer.json()) as { manifests: object[] }).manifests;
    };
    assert.deepEqual(await list(), [
      {
        mediaType: signature.mediaType,
        digest: signature.digest,
        size: signature.manifest.length,
        artifactType: "application/vnd.example.signature",
        annotations: { by: "clinic" },
      },
    ]);
    assert.deepEqual(await list("?artifactType=application/else"), []);
  });
});
