import assert from "node:assert/strict";
import {
  BatchDeleteImageCommand,
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeImagesCommand,
  DescribeImageTagsCommand,
  DescribeRegistriesCommand,
  DescribeRepositoriesCommand,
  GetRegistryCatalogDataCommand,
  GetRepositoryCatalogDataCommand,
  ListTagsForResourceCommand,
  PutRegistryCatalogDataCommand,
  PutRepositoryCatalogDataCommand,
  TagResourceCommand,
} from "@aws-sdk/client-ecr-public";
import { account, serviceError, uniqueName, useSandbox } from "./harness";
import {
  askBearer,
  privateToken,
  publicClient,
  publicToken,
  RegistryClient,
  refusal,
  testImage,
} from "./registryClient";

describe("gateway: the public registry", () => {
  const sandbox = useSandbox();

  /** Creates a repository. @returns Its name, and its path in the registry. */
  async function repository(): Promise<{ repositoryName: string; path: string }> {
    const repositoryName = uniqueName("app");
    const created = await sandbox.ecrPublic().send(new CreateRepositoryCommand({ repositoryName }));
    const uri = created.repository?.repositoryUri ?? "";
    return { repositoryName, path: uri.slice(uri.indexOf("/") + 1) };
  }

  it("creates the reference job's repository with its catalog data", async () => {
    const logoImageBlob = Buffer.from("89504e470d0a1a0a", "hex");
    const catalog = {
      description: "Spring PetClinic Demo",
      architectures: ["x86-64"],
      operatingSystems: ["Linux"],
      aboutText: "# About",
      usageText: "# Usage",
    };
    const created = await sandbox
      .ecrPublic()
      .send(new CreateRepositoryCommand({ repositoryName: "petclinic", catalogData: { ...catalog, logoImageBlob } }));
    const { registries } = await sandbox.ecrPublic().send(new DescribeRegistriesCommand({}));
    const alias = registries?.[0]?.aliases?.[0]?.name ?? "";
    assert.match(alias, /^[a-z][a-z0-9]{7}$/);
    assert.equal(created.repository?.repositoryArn, `arn:aws:ecr-public::${account}:repository/petclinic`);
    assert.equal(created.repository?.repositoryUri, `${sandbox.gateway.publicRegistry}/${alias}/petclinic`);
    const { logoUrl, ...shown } = created.catalogData ?? {};
    assert.deepEqual(shown, catalog);
    const logo = await fetch(logoUrl ?? "");
    assert.deepEqual(Buffer.from(await logo.arrayBuffer()), logoImageBlob);

    const changed = { description: "Changed" };
    await sandbox
      .ecrPublic()
      .send(new PutRepositoryCatalogDataCommand({ repositoryName: "petclinic", catalogData: changed }));
    const read = await sandbox.ecrPublic().send(new GetRepositoryCatalogDataCommand({ repositoryName: "petclinic" }));
    assert.deepEqual(read.catalogData, changed);
  });

  it("rejects invalid names and catalog data", async () => {
    const create = (input: ConstructorParameters<typeof CreateRepositoryCommand>[0]) =>
      sandbox.ecrPublic().send(new CreateRepositoryCommand(input));
    const refused: [ConstructorParameters<typeof CreateRepositoryCommand>[0], RegExp][] = [
      [{ repositoryName: "Pet" }, /repositoryName/],
      [{ repositoryName: "a--b" }, /repositoryName/],
      [{ repositoryName: "x".repeat(206) }, /repositoryName/],
      [{ repositoryName: "ok", catalogData: { description: "d".repeat(1025) } }, /catalogData.description/],
      [{ repositoryName: "ok", catalogData: { logoImageBlob: Buffer.alloc(512_001) } }, /catalogData.logoImageBlob/],
    ];
    for (const [input, message] of refused) {
      await assert.rejects(create(input), serviceError("InvalidParameterException", message));
    }
    await assert.rejects(
      sandbox.ecrPublic().send(new DescribeRepositoriesCommand({ repositoryNames: ["ok"] })),
      serviceError("RepositoryNotFoundException"),
    );
  });

  it("lets anyone pull, and only the owner's login push", async () => {
    const { repositoryName, path } = await repository();
    const image = testImage("open");
    const owner = await publicClient(sandbox, await publicToken(sandbox));
    assert.equal((await owner.push(path, "v1", image)).status, 201);

    const bare = await new RegistryClient(owner.host, undefined).getManifest(path, "v1");
    assert.equal(bare.status, 401);
    assert.match(
      bare.headers.get("www-authenticate") ?? "",
      new RegExp(`^Bearer realm="http://${owner.host}/token/",service="public.ecr.aws"`),
    );
    const anyone = await publicClient(sandbox);
    assert.equal(await (await anyone.getManifest(path, "v1")).text(), image.manifest);
    assert.equal((await refusal(await anyone.push(path, "v2", image))).code, "DENIED");
    assert.equal((await refusal(await anyone.putManifest(path, "v2", image))).status, 403);
    const otherAccount = await publicClient(sandbox, await publicToken(sandbox, { account: "222222222222" }));
    assert.equal((await otherAccount.getManifest(path, "v1")).status, 200);
    assert.equal((await refusal(await otherAccount.push(path, "v2", image))).status, 403);
    const { imageTagDetails } = await sandbox.ecrPublic().send(new DescribeImageTagsCommand({ repositoryName }));
    assert.deepEqual(
      imageTagDetails?.map((tag) => [tag.imageTag, tag.imageDetail?.imageDigest]),
      [["v1", image.digest]],
    );
  });

  it("rejects a private registry's token, as the private registry rejects a public one", async () => {
    const { token: privateOne, host } = await privateToken(sandbox);
    const publicOne = await publicToken(sandbox);
    assert.equal((await askBearer(sandbox, privateOne)).status, 401);
    assert.equal((await new RegistryClient(host, `Basic ${publicOne}`).request("GET", "/v2/")).status, 401);
    const { token: bearer } = (await (await askBearer(sandbox, publicOne)).json()) as { token: string };
    assert.equal((await new RegistryClient(host, `Bearer ${bearer}`).request("GET", "/v2/")).status, 401);
    const basic = await new RegistryClient(sandbox.gateway.publicRegistry, `Basic ${publicOne}`).request("GET", "/v2/");
    assert.equal(basic.status, 401, "the public registry itself takes bearer tokens only");
  });

  it("expires a login after 12 hours and a bearer token after one, and rejects forged tokens", async () => {
    const login = await publicToken(sandbox);
    const client = await publicClient(sandbox, login);
    const { token } = (await (await askBearer(sandbox)).json()) as { token: string };
    const [payload = "", signature = ""] = token.split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    const forged = Buffer.from(JSON.stringify({ ...claims, account })).toString("base64url");
    for (const wrong of [`${forged}.${signature}`, `${payload}.`, payload, "."]) {
      const answer = await new RegistryClient(client.host, `Bearer ${wrong}`).request("GET", "/v2/");
      assert.equal(answer.status, 401, wrong);
    }
    assert.equal((await client.request("GET", "/v2/")).status, 200);
    sandbox.clockAhead = 61 * 60_000;
    assert.equal((await client.request("GET", "/v2/")).status, 401);
    assert.equal((await askBearer(sandbox, login)).status, 200);
    sandbox.clockAhead = 12.1 * 3_600_000;
    assert.deepEqual(await refusal(await askBearer(sandbox, login)), {
      status: 403,
      code: "DENIED",
      message: "Your authorization token has expired. Reauthenticate and try again.",
    });
  });

  it("also issues a token for a posted password, which some clients use", async () => {
    const [username = "", password = ""] = Buffer.from(await publicToken(sandbox), "base64")
      .toString()
      .split(":");
    const ask = (form: Record<string, string>) =>
      fetch(`http://${sandbox.gateway.publicRegistry}/token/`, { method: "POST", body: new URLSearchParams(form) });
    assert.equal((await ask({ grant_type: "password", username, password })).status, 200);
    assert.equal((await ask({ grant_type: "password", username, password: "guess" })).status, 401);
    assert.equal((await ask({ grant_type: "refresh_token" })).status, 400);
  });

  it("moves tags freely, and deletes a repository with images only with force", async () => {
    const { repositoryName, path } = await repository();
    const owner = await publicClient(sandbox, await publicToken(sandbox));
    assert.equal((await owner.push(path, "latest", testImage("a"))).status, 201);
    assert.equal((await owner.push(path, "latest", testImage("b"))).status, 201);
    const { imageDetails } = await sandbox.ecrPublic().send(new DescribeImagesCommand({ repositoryName }));
    assert.deepEqual(
      imageDetails?.map((image) => [image.imageDigest, image.imageTags]).sort(),
      [
        [testImage("a").digest, undefined],
        [testImage("b").digest, ["latest"]],
      ].sort(),
    );
    await assert.rejects(
      sandbox.ecrPublic().send(new DeleteRepositoryCommand({ repositoryName })),
      serviceError("RepositoryNotEmptyException", /still contains images/),
    );
    const imageIds = [{ imageDigest: testImage("b").digest }];
    await sandbox.ecrPublic().send(new BatchDeleteImageCommand({ repositoryName, imageIds }));
    assert.equal((await owner.getManifest(path, testImage("b").digest)).status, 404);
    await sandbox.ecrPublic().send(new DeleteRepositoryCommand({ repositoryName, force: true }));
    assert.equal((await owner.getManifest(path, testImage("a").digest)).status, 404);
  });

  it("returns NAME_UNKNOWN for an unknown alias, and for a name without one", async () => {
    const anyone = await publicClient(sandbox);
    for (const name of ["nobody/petclinic", "petclinic"]) {
      assert.equal((await refusal(await anyone.getManifest(name, "v1"))).code, "NAME_UNKNOWN");
    }
  });

  it("tags repositories and sets the registry's display name", async () => {
    const tags = [{ Key: "team", Value: "clinic" }];
    const { repositoryName } = await repository();
    const resourceArn = `arn:aws:ecr-public::${account}:repository/${repositoryName}`;
    await sandbox.ecrPublic().send(new TagResourceCommand({ resourceArn, tags }));
    assert.deepEqual((await sandbox.ecrPublic().send(new ListTagsForResourceCommand({ resourceArn }))).tags, tags);
    await sandbox.ecrPublic().send(new PutRegistryCatalogDataCommand({ displayName: "Clinic" }));
    const { registryCatalogData } = await sandbox.ecrPublic().send(new GetRegistryCatalogDataCommand({}));
    assert.equal(registryCatalogData?.displayName, "Clinic");
    const { catalogData } = await sandbox.ecrPublic().send(new GetRepositoryCatalogDataCommand({ repositoryName }));
    assert.deepEqual(catalogData, {});
  });
});
