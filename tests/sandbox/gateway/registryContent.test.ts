import assert from "node:assert/strict";
import {
  BatchDeleteImageCommand,
  CreateRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  GetAuthorizationTokenCommand,
  ListImagesCommand,
} from "@aws-sdk/client-ecr";
import { CreateRepositoryCommand as CreatePublicCommand } from "@aws-sdk/client-ecr-public";
import { account, uniqueName, useSandbox } from "./harness";
import {
  digestOf,
  ociIndexType,
  privateClient,
  publicClient,
  publicToken,
  type RegistryClient,
  refusal,
  type TestImage,
  testImage,
} from "./registryClient";

describe("gateway: repository contents through the registry protocol", () => {
  const sandbox = useSandbox();
  let client: RegistryClient;
  before(async () => {
    client = await privateClient(sandbox);
  });

  const repository = () => sandbox.createRepository("content");

  const nextOf = (answer: Response) => /^<([^>]+)>; rel="next"$/.exec(answer.headers.get("link") ?? "")?.[1];
  const remove = (name: string, reference: string) => client.request("DELETE", `/v2/${name}/manifests/${reference}`);
  const status = async (name: string, reference: string) => (await client.getManifest(name, reference, "HEAD")).status;

  function index(...images: TestImage[]): TestImage {
    const manifests = images.map(({ mediaType, digest, manifest }) => ({ mediaType, digest, size: manifest.length }));
    const manifest = JSON.stringify({ schemaVersion: 2, mediaType: ociIndexType, manifests });
    return { ...testImage("index"), manifest, mediaType: ociIndexType, digest: digestOf(manifest) };
  }

  describe("tag lists", () => {
    let name: string;
    const tags = Array.from({ length: 103 }, (_, number) => `t${String(number).padStart(3, "0")}`);
    before(async () => {
      name = await repository();
      const image = testImage("tags");
      await client.push(name, "t102", image);
      await Promise.all(tags.slice(0, -1).map((tag) => client.putManifest(name, tag, image)));
    });

    it("are returned in lexical order, 100 at a time", async () => {
      const first = await client.request("GET", `/v2/${name}/tags/list`);
      assert.deepEqual(await first.json(), { name, tags: tags.slice(0, 100) });
      const rest = await client.request("GET", nextOf(first) ?? "");
      assert.deepEqual(await rest.json(), { name, tags: tags.slice(100) });
      assert.equal(nextOf(rest), undefined);
    });

    it("are returned in pages of the client's size, up to 1000", async () => {
      const list = (query: string) => client.request("GET", `/v2/${name}/tags/list?${query}`);
      const page = await list("n=2&last=t100");
      assert.deepEqual(await page.json(), { name, tags: ["t101", "t102"] });
      assert.equal(nextOf(page), undefined, "the page ends with the list");
      assert.ok(nextOf(await list("n=2"))?.endsWith("/tags/list?n=2&last=t001"));
      assert.deepEqual(await (await list("n=0")).json(), { name, tags: [] });
      assert.equal(((await (await list("n=1000")).json()) as { tags: string[] }).tags.length, 103);
      assert.deepEqual(await refusal(await list("n=1001")), {
        status: 405,
        code: "UNSUPPORTED",
        message:
          "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'",
      });
      assert.equal((await refusal(await list("n=many"))).code, "PAGINATION_NUMBER_INVALID");
      assert.equal((await client.request("POST", `/v2/${name}/tags/list`)).status, 405);
    });
  });

  it("returns more than 100 image identifiers in one response, although a request is limited to 100", async () => {
    const name = await repository();
    const image = testImage("many");
    await client.push(name, "t000", image);
    for (let number = 1; number <= 100; number++) {
      await client.putManifest(name, `t${String(number).padStart(3, "0")}`, image);
    }
    const list = new ListImagesCommand({ repositoryName: name, maxResults: 1000 });
    assert.equal((await sandbox.ecr().send(list)).imageIds?.length, 101);
    const remove101 = new BatchDeleteImageCommand({ repositoryName: name, imageIds: [{ imageDigest: image.digest }] });
    const { imageIds, failures } = await sandbox.ecr().send(remove101);
    assert.deepEqual([imageIds?.length, failures], [101, []]);
  });

  describe("referrers", () => {
    it("are returned by digest, 100 at a time, and filtered by artifact type", async () => {
      const name = await repository();
      const image = testImage("signed");
      await client.push(name, "v1", image);
      const subject = { mediaType: image.mediaType, digest: image.digest, size: image.manifest.length };
      const types = ["application/vnd.example.signature", "application/vnd.example.sbom"];
      const artifacts = Array.from({ length: 104 }, (_, number) => {
        const artifactType = types[number % 4 === 0 ? 1 : 0];
        return testImage("artifact", { artifactType, annotations: { number: String(number) }, subject });
      });
      await client.push(name, artifacts[0]?.digest ?? "", artifacts[0] ?? image);
      for (const artifact of artifacts) {
        const pushed = await client.putManifest(name, artifact.digest, artifact);
        assert.deepEqual([pushed.status, pushed.headers.get("oci-subject")], [201, image.digest]);
      }
      const read = async (path: string) => {
        const answer = await client.request("GET", path);
        assert.equal(answer.headers.get("content-type"), ociIndexType);
        const { manifests } = (await answer.json()) as { manifests: { digest: string; artifactType: string }[] };
        return { answer, manifests };
      };
      const first = await read(`/v2/${name}/referrers/${image.digest}`);
      const rest = await read(nextOf(first.answer) ?? "");
      assert.equal(first.manifests.length, 100);
      assert.equal(nextOf(rest.answer), undefined);
      assert.deepEqual(
        [...first.manifests, ...rest.manifests].map((each) => each.digest),
        artifacts.map((each) => each.digest).sort(),
      );
      const filter = `artifactType=${encodeURIComponent(types[1] ?? "")}`;
      const sboms = await read(`/v2/${name}/referrers/${image.digest}?${filter}`);
      assert.equal(sboms.answer.headers.get("oci-filters-applied"), "artifactType");
      assert.equal(sboms.manifests.length, 26);
      assert.ok(sboms.manifests.every((each) => each.artifactType === types[1]));
      assert.deepEqual((await read(`/v2/${name}/referrers/${digestOf("nothing")}`)).manifests, []);
      assert.equal((await client.request("GET", `/v2/${name}/referrers/v1`)).status, 400);
    });
  });

  describe("deletions", () => {
    it("remove a tag, the image with its last tag, and an image with all its tags by digest", async () => {
      const name = await repository();
      const image = testImage("deleted");
      for (const tag of ["v1", "v2"]) await client.push(name, tag, image);
      assert.equal((await remove(name, "v1")).status, 202);
      assert.deepEqual([await status(name, "v1"), await status(name, "v2")], [404, 200]);
      assert.deepEqual(await refusal(await remove(name, "v1")), {
        status: 404,
        code: "MANIFEST_UNKNOWN",
        message: "Requested image not found",
      });
      assert.equal((await remove(name, "v2")).status, 202);
      assert.equal(await status(name, image.digest), 404);
      for (const tag of ["v1", "v2"]) await client.push(name, tag, image);
      assert.equal((await remove(name, image.digest)).status, 202);
      assert.deepEqual([await status(name, "v1"), await status(name, "v2")], [404, 404]);
      const { imageDetails } = await sandbox.ecr().send(new DescribeImagesCommand({ repositoryName: name }));
      assert.deepEqual(imageDetails, []);
    });

    it("are refused for an image while an index references it", async () => {
      const name = await repository();
      const [one, two] = [testImage("amd64"), testImage("arm64")];
      const both = index(one, two);
      const early = await refusal(await client.putManifest(name, "latest", both));
      assert.deepEqual([early.status, early.code], [400, "MANIFEST_BLOB_UNKNOWN"]);
      assert.ok(early.message.startsWith(`Images with digests '[${one.digest}, ${two.digest}]' required for pushing`));
      for (const image of [one, two]) await client.push(name, image.digest, image);
      assert.equal((await client.putManifest(name, "latest", both)).status, 201);
      assert.deepEqual(await refusal(await remove(name, one.digest)), {
        status: 403,
        code: "DENIED",
        message: `Requested image referenced by manifest list: [${both.digest}]`,
      });
      for (const reference of ["latest", one.digest, two.digest]) {
        assert.equal((await remove(name, reference)).status, 202);
      }
    });

    it("need the owner's login in the public registry, and are unsupported for a single layer", async () => {
      const repositoryName = uniqueName("public");
      const { repository: created } = await sandbox.ecrPublic().send(new CreatePublicCommand({ repositoryName }));
      const path = created?.repositoryUri?.split("/").slice(1).join("/") ?? "";
      const owner = await publicClient(sandbox, await publicToken(sandbox));
      const image = testImage("public");
      await owner.push(path, "v1", image);
      const anyone = await publicClient(sandbox);
      assert.equal((await anyone.request("DELETE", `/v2/${path}/manifests/v1`)).status, 403);
      const layer = await owner.request("DELETE", `/v2/${path}/blobs/${digestOf(image.layer)}`);
      assert.deepEqual([layer.status, (await refusal(layer)).code], [405, "UNSUPPORTED"]);
      assert.equal((await owner.request("DELETE", `/v2/${path}/manifests/v1`)).status, 202);
      assert.equal((await anyone.getManifest(path, image.digest)).status, 404, account);
    });
  });

  it("lists only the private registry's own repositories in the catalog, in pages", async () => {
    const own = { account: "333333333333" };
    const names = ["cat/a", "cat/b", "cat/c"];
    for (const repositoryName of names) await sandbox.ecr(own).send(new CreateRepositoryCommand({ repositoryName }));
    const [repository] = (await sandbox.ecr(own).send(new DescribeRepositoriesCommand({}))).repositories ?? [];
    const host = repository?.repositoryUri?.split("/")[0] ?? "";
    const token = (await sandbox.ecr(own).send(new GetAuthorizationTokenCommand({}))).authorizationData?.[0];
    const catalog = (
      query = "",
      headers: Record<string, string> = { Authorization: `Basic ${token?.authorizationToken}` },
    ) => fetch(`http://${host}/v2/_catalog${query}`, { headers });
    assert.deepEqual(await (await catalog()).json(), { repositories: names });
    const first = await catalog("?n=2");
    assert.deepEqual(await first.json(), { repositories: names.slice(0, 2) });
    const next = /^<http:\/\/[^/]+\/v2\/_catalog(\?[^>]+)>; rel="next"$/.exec(first.headers.get("link") ?? "")?.[1];
    const last = await catalog(next);
    assert.deepEqual([await last.json(), last.headers.get("link")], [{ repositories: ["cat/c"] }, null]);
    assert.equal((await catalog("?n=1001")).status, 405);
    assert.equal((await catalog("", {})).status, 401);
    const { token: anonymous } = (await (await fetch(`http://${sandbox.gateway.publicRegistry}/token/`)).json()) as {
      token: string;
    };
    const headers = { Authorization: `Bearer ${anonymous}` };
    assert.equal((await fetch(`http://${sandbox.gateway.publicRegistry}/v2/_catalog`, { headers })).status, 404);
  });
});
