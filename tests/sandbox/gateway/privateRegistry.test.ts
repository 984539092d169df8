import assert from "node:assert/strict";
import {
  BatchDeleteImageCommand,
  CreateRepositoryCommand,
  type CreateRepositoryCommandInput,
  DeleteRepositoryCommand,
  DescribeImagesCommand,
  PutImageTagMutabilityCommand,
} from "@aws-sdk/client-ecr";
import { account, useSandbox } from "./harness";
import {
  digestOf,
  dockerManifestType,
  privateClient,
  privateToken,
  RegistryClient,
  refusal,
  testImage,
} from "./registryClient";

describe("gateway: a private registry", () => {
  const sandbox = useSandbox();

  const repository = (settings: Partial<CreateRepositoryCommandInput> = {}) =>
    sandbox.createRepository("app", settings);

  it("challenges requests without a login, and accepts only the token from GetAuthorizationToken", async () => {
    const { token, host } = await privateToken(sandbox);
    const anonymous = await new RegistryClient(host, undefined).request("GET", "/v2/");
    assert.equal(anonymous.status, 401);
    assert.equal(
      anonymous.headers.get("www-authenticate"),
      `Basic realm="http://${host}/",service="ecr.amazonaws.com"`,
    );
    assert.match(Buffer.from(token, "base64").toString(), /^AWS:.{43,}$/);
    assert.equal((await new RegistryClient(host, `Basic ${token}`).request("GET", "/v2/")).status, 200);
    const password = Buffer.from(token, "base64").toString().slice(4);
    for (const wrong of [`admin:${password}`, "AWS:guess", `AWS:${password}x`, "AWS:", "nonsense"]) {
      const answer = await new RegistryClient(host, `Basic ${Buffer.from(wrong).toString("base64")}`).request(
        "GET",
        "/v2/",
      );
      assert.equal(answer.status, 401, wrong);
    }
  });

  it("rejects a push and a pull without a login", async () => {
    const name = await repository();
    const client = await privateClient(sandbox);
    const image = testImage("secret");
    assert.equal((await client.push(name, "v1", image)).status, 201);
    const anonymous = new RegistryClient(client.host, undefined);
    for (const answer of [
      await anonymous.push(name, "v2", testImage("intruder")),
      await anonymous.getManifest(name, "v1"),
      await anonymous.getManifest(name, image.digest),
      await anonymous.request("GET", `/v2/${name}/blobs/${digestOf(image.layer)}`),
      await anonymous.request("GET", `/v2/${name}/tags/list`),
      await anonymous.putManifest(name, "v3", image),
    ]) {
      assert.equal(answer.status, 401, answer.url);
    }
  });

  it("returns what was pushed, by tag and by digest", async () => {
    const name = await repository();
    const client = await privateClient(sandbox);
    const image = testImage("round trip", {}, dockerManifestType);
    const pushed = await client.push(name, "v1", image);
    assert.deepEqual([pushed.status, pushed.headers.get("docker-content-digest")], [201, image.digest]);
    for (const reference of ["v1", image.digest]) {
      const pulled = await client.getManifest(name, reference);
      assert.equal(await pulled.text(), image.manifest);
      assert.equal(pulled.headers.get("content-type"), dockerManifestType);
      assert.equal(pulled.headers.get("docker-content-digest"), image.digest);
      const head = await client.getManifest(name, reference, "HEAD");
      assert.equal(head.headers.get("content-length"), String(image.manifest.length));
    }
    const blob = await client.request("GET", `/v2/${name}/blobs/${digestOf(image.layer)}`);
    assert.deepEqual(Buffer.from(await blob.arrayBuffer()), image.layer);
    const part = await client.request("GET", `/v2/${name}/blobs/${digestOf(image.layer)}`, {
      headers: { Range: "bytes=2-5" },
    });
    assert.deepEqual([part.status, await part.text()], [206, image.layer.toString().slice(2, 6)]);
  });

  it("returns NAME_UNKNOWN for a repository that was not created", async () => {
    const client = await privateClient(sandbox);
    const expected = {
      status: 404,
      code: "NAME_UNKNOWN",
      message: `The repository with name 'ghost' does not exist in the registry with id '${account}'`,
    };
    assert.deepEqual(await refusal(await client.push("ghost", "v1", testImage("x"))), expected);
    assert.deepEqual(await refusal(await client.getManifest("ghost", "v1")), expected);
  });

  it("accepts names with parts that look like the protocol's own", async () => {
    for (const name of ["email", "team/tags", "a/blobs/uploads", "b/manifests/list", "c--d__e"]) {
      await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName: name }));
      const client = await privateClient(sandbox);
      const image = testImage(name);
      assert.equal((await client.push(name, "v1", image)).status, 201, name);
      assert.equal(await (await client.getManifest(name, "v1")).text(), image.manifest, name);
    }
  });

  it("never overwrites an immutable tag, not even with the same digest", async () => {
    const name = await repository({ imageTagMutability: "IMMUTABLE" });
    const client = await privateClient(sandbox);
    const image = testImage("first");
    assert.equal((await client.push(name, "v1", image)).status, 201);
    const message = `The image tag 'v1' already exists in the '${name}' repository and cannot be overwritten because the tag is immutable.`;
    for (const again of [testImage("second"), image]) {
      assert.deepEqual(await refusal(await client.push(name, "v1", again)), {
        status: 400,
        code: "TAG_INVALID",
        message,
      });
    }
    assert.equal((await client.getManifest(name, "v1")).headers.get("docker-content-digest"), image.digest);
    assert.equal((await client.push(name, "v2", image)).status, 201);
    const untagged = await client.getManifest(name, testImage("second").digest);
    assert.equal(untagged.status, 404, "a refused push leaves nothing that can be pulled");
  });

  it("moves only tags that match an exclusion filter", async () => {
    const name = await repository({
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filterType: "WILDCARD", filter: "latest" }],
    });
    const client = await privateClient(sandbox);
    const [first, second] = [testImage("one"), testImage("two")];
    for (const tag of ["v1", "latest", "latest2"]) {
      assert.equal((await client.push(name, tag, first)).status, 201);
    }
    assert.equal((await client.push(name, "latest", second)).status, 201);
    assert.equal((await client.push(name, "latest", second)).status, 201);
    assert.equal((await client.push(name, "v1", second)).status, 400);
    assert.equal((await client.push(name, "latest2", second)).status, 400);
    assert.equal((await client.getManifest(name, "latest")).headers.get("docker-content-digest"), second.digest);
    await sandbox.ecr().send(new PutImageTagMutabilityCommand({ repositoryName: name, imageTagMutability: "MUTABLE" }));
    assert.equal((await client.push(name, "v1", second)).status, 201, "a changed setting counts at once");
  });

  it("gives an immutable tag to exactly one of several concurrent pushes", async () => {
    const name = await repository({ imageTagMutability: "IMMUTABLE" });
    const client = await privateClient(sandbox);
    const images = Array.from({ length: 8 }, (_, index) => testImage(`racer ${index}`));
    for (const image of images) {
      await client.uploadBlob(name, image.config);
      await client.uploadBlob(name, image.layer);
    }
    const answers = await Promise.all(images.map((image) => client.putManifest(name, "v1", image)));
    const winners = images.filter((_, index) => answers[index]?.status === 201);
    assert.equal(winners.length, 1);
    const pulled = await client.getManifest(name, "v1");
    assert.equal(pulled.headers.get("docker-content-digest"), winners[0]?.digest);
    const { imageDetails } = await sandbox.ecr().send(new DescribeImagesCommand({ repositoryName: name }));
    assert.deepEqual(
      imageDetails?.map((image) => image.imageDigest),
      [winners[0]?.digest],
    );
  });

  it("rejects a manifest whose layers are missing, and an invalid manifest", async () => {
    const name = await repository();
    const client = await privateClient(sandbox);
    const image = testImage("layers missing");
    const missing = await refusal(await client.putManifest(name, "v1", image));
    assert.deepEqual([missing.status, missing.code], [400, "MANIFEST_BLOB_UNKNOWN"]);
    assert.ok(missing.message.includes(digestOf(image.layer)), missing.message);
    const put = (body: string, mediaType: string, reference = "v1") =>
      client.putManifest(name, reference, { ...image, manifest: body, mediaType });
    for (const [body, mediaType] of [
      ["{", image.mediaType],
      [image.manifest, dockerManifestType],
      [image.manifest, "text/plain"],
      [image.manifest.replace("v1.tar", "v1.tar;version=2"), image.mediaType],
    ] as const) {
      const { status, code, message } = await refusal(await put(body, mediaType));
      assert.deepEqual([status, code], [405, "UNSUPPORTED"], body);
      assert.match(
        message,
        /^Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'/,
      );
    }
    const mismatch = await refusal(await put(image.manifest, image.mediaType, digestOf("else")));
    assert.deepEqual([mismatch.status, mismatch.code], [400, "MANIFEST_INVALID"]);
    assert.match(mismatch.message, /does not match the image digest that Amazon ECR has calculated\.$/);
    assert.equal((await refusal(await put(image.manifest, image.mediaType, "-bad"))).code, "TAG_INVALID");
    const huge = await put(`{"x":"${"y".repeat(4 * 1024 * 1024)}"}`, image.mediaType);
    assert.equal(huge.status, 413);
  });

  it("returns 404 after an image, tag or repository is deleted, by digest too", async () => {
    const name = await repository();
    const client = await privateClient(sandbox);
    const image = testImage("short life");
    await client.push(name, "v1", image);
    await client.push(name, "v2", image);
    const remove = (imageIds: { imageTag?: string; imageDigest?: string }[]) =>
      sandbox.ecr().send(new BatchDeleteImageCommand({ repositoryName: name, imageIds }));
    await remove([{ imageTag: "v1" }]);
    assert.equal((await client.getManifest(name, "v1")).status, 404);
    assert.equal((await client.getManifest(name, image.digest)).status, 200, "one tag left: the image stays");
    await remove([{ imageDigest: image.digest }]);
    assert.equal((await client.getManifest(name, "v2", "HEAD")).status, 404);
    assert.equal((await client.getManifest(name, "v2")).status, 404);
    assert.equal((await client.getManifest(name, image.digest)).status, 404);

    assert.equal((await client.push(name, "v1", image)).status, 201, "it can be pushed again");
    await sandbox.ecr().send(new DeleteRepositoryCommand({ repositoryName: name, force: true }));
    assert.equal((await client.getManifest(name, image.digest)).status, 404);
    await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName: name }));
    assert.equal((await client.getManifest(name, image.digest)).status, 404, "a repository made again is empty");
    assert.equal((await client.request("HEAD", `/v2/${name}/blobs/${digestOf(image.layer)}`)).status, 404);
  });

  it("accepts a token for 12 hours, then returns ECR's expiry message", async () => {
    const { token, host, expiresAt } = await privateToken(sandbox);
    const hours = (expiresAt.getTime() - Date.now()) / 3_600_000;
    assert.ok(hours > 11.99 && hours <= 12, `${hours} hours`);
    const client = new RegistryClient(host, `Basic ${token}`);
    sandbox.clockAhead = 11.9 * 3_600_000;
    assert.equal((await client.request("GET", "/v2/")).status, 200);
    sandbox.clockAhead = 12.1 * 3_600_000;
    assert.deepEqual(await refusal(await client.request("GET", "/v2/")), {
      status: 403,
      code: "DENIED",
      message: "Your authorization token has expired. Reauthenticate and try again.",
    });
  });

  it("rejects another account's token", async () => {
    const name = await repository();
    const otherAccount = await privateToken(sandbox, { account: "222222222222" });
    const own = await privateClient(sandbox);
    await own.push(name, "v1", testImage("mine"));
    const client = new RegistryClient(own.host, `Basic ${otherAccount.token}`);
    const answer = await refusal(await client.getManifest(name, "v1"));
    assert.deepEqual([answer.status, answer.code], [403, "DENIED"]);
    assert.notEqual(otherAccount.host, own.host);
  });

  it("sets lastRecordedPullTime on a pull, not on a push", async () => {
    const name = await repository();
    const client = await privateClient(sandbox);
    await client.push(name, "v1", testImage("pulled"));
    const pullTime = async () =>
      (await sandbox.ecr().send(new DescribeImagesCommand({ repositoryName: name }))).imageDetails?.[0]
        ?.lastRecordedPullTime;
    assert.equal(await pullTime(), undefined);
    await client.getManifest(name, "v1");
    assert.ok(Math.abs(((await pullTime())?.getTime() ?? 0) - Date.now()) < 60_000);
  });

  it("returns 404 for other paths, and 400 for malformed ones", async () => {
    const client = await privateClient(sandbox);
    assert.equal((await client.request("GET", "/v1/search")).status, 404);
    assert.equal((await client.request("GET", `/v2/%ZZ/tags/list`)).status, 400);
  });
});
