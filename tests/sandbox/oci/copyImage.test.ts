import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { createInterface } from "node:readline";
import {
  CreateRepositoryCommand,
  DescribeImagesCommand,
  ListImagesCommand,
  PutAccountSettingCommand,
} from "@aws-sdk/client-ecr";
import { CreateRepositoryCommand as CreatePublicCommand } from "@aws-sdk/client-ecr-public";
import { RegistryLogin } from "../../../ecr/registry/registryLogin";
import { copyImage } from "../../../oci/copyImage";
import { indexChildren, makeIndex, pushIndex } from "../../../oci/imageIndex";
import { RegistryClient } from "../../../oci/registryClient";
import { retries } from "../../../oci/registryRetries";
import { findImage, putTags } from "../../../oci/tags";
import { runOrThrow } from "../../../sandbox/system/commands";
import { uniqueName, useSandbox } from "../gateway/harness";
import { writeImageLayout } from "../gateway/imageLayout";
import { digestOf, ociManifestType, privateToken, publicToken } from "../gateway/registryClient";
import { crane as craneTool, oras as orasTool, toolsTimeout } from "../tools";
import type { CopyRequest } from "./copyProgram";

const staging = "222222222222";
const prod = "333333333333";
const mebibyte = 1 << 20;

describe("copies between registries that answer as ECR does", function () {
  this.timeout(600_000);
  const sandbox = useSandbox();
  let crane: (...args: string[]) => Promise<string>;
  let oras: (...args: string[]) => Promise<string>;
  let folder: string;

  before(async function () {
    this.timeout(toolsTimeout);
    retries.firstWait = 20;
    folder = path.join(sandbox.home, "oci");
    fs.mkdirSync(folder, { recursive: true });
    const tokens = await Promise.all([undefined, staging, prod].map((account) => privateToken(sandbox, { account })));
    const auths = {
      ...Object.fromEntries(tokens.map(({ host, token }) => [host, { auth: token }])),
      [sandbox.gateway.publicRegistry]: { auth: await publicToken(sandbox) },
    };
    fs.writeFileSync(path.join(folder, "config.json"), JSON.stringify({ auths }));
    const env = { ...process.env, DOCKER_CONFIG: folder };
    const [craneProgram, orasProgram] = await Promise.all([craneTool(), orasTool()]);
    crane = async (...args) => (await runOrThrow(craneProgram, args, { env })).trim();
    oras = async (...args) => (await runOrThrow(orasProgram, args, { env, cwd: folder })).trim();
  });

  interface Place {
    client: RegistryClient;
    host: string;
    repository: string;
    authorizationToken: string;
    /** `<host>/<repository>` */
    url: string;
  }

  /** A new repository in an account, or an existing one by name. */
  async function place(account?: string, settings: object = {}, name?: string): Promise<Place> {
    const repository = name ?? uniqueName("oci");
    if (name === undefined) {
      await sandbox.ecr({ account }).send(new CreateRepositoryCommand({ repositoryName: repository, ...settings }));
    }
    const { token: authorizationToken, host } = await privateToken(sandbox, { account });
    const renew = async () => {
      const { token } = await privateToken(sandbox, { account });
      return RegistryLogin.ofEcr({ authorizationToken: token, proxyEndpoint: host });
    };
    const login = RegistryLogin.ofEcr({ authorizationToken, proxyEndpoint: host });
    const client = new RegistryClient(host, repository, login, renew);
    return { client, host, repository, authorizationToken, url: `${host}/${repository}` };
  }

  function layout(mebibytes = 1): string {
    const directory = path.join(folder, uniqueName("layout"));
    writeImageLayout(directory, mebibytes);
    return directory;
  }

  /** An index of two images, pushed by crane. @returns Its digest. */
  async function pushIndexTo({ url }: Place): Promise<string> {
    for (const tag of ["one", "two"]) await crane("push", layout(), `${url}:${tag}`);
    await crane("index", "append", "-m", `${url}:one`, "-m", `${url}:two`, "-t", `${url}:multi`);
    return crane("digest", `${url}:multi`);
  }

  /** Attaches an artifact by oras. @returns Its digest. */
  async function attach(reference: string, type: string): Promise<string> {
    const file = uniqueName("attached");
    fs.writeFileSync(path.join(folder, file), `${type} of ${reference}`);
    const args = ["attach", "--plain-http", "--format", "json", "--artifact-type", type, reference];
    return (JSON.parse(await oras(...args, `${file}:text/plain`)) as { digest: string }).digest;
  }

  /** Pulls an image with crane, and checks each blob against its digest. */
  async function pullWhole(reference: string): Promise<void> {
    const directory = path.join(folder, uniqueName("pulled"));
    await crane("pull", "--format", "oci", reference, directory);
    const blobs = path.join(directory, "blobs", "sha256");
    const names = fs.readdirSync(blobs);
    assert.ok(names.length > 0);
    for (const name of names) assert.equal(digestOf(fs.readFileSync(path.join(blobs, name))), `sha256:${name}`);
  }

  /** An image's referrers as oras lists them: digests and artifact types, with their own referrers. */
  async function discover(reference: string): Promise<unknown> {
    const { referrers } = JSON.parse(
      await oras("discover", "--plain-http", "--format", "json", "--depth", "5", reference),
    );
    const simple = (each: { digest: string; artifactType: string; referrers?: [] }): unknown => [
      each.digest,
      each.artifactType,
      (each.referrers ?? []).map(simple),
    ];
    return referrers.map(simple);
  }

  async function imagesOf({ repository }: Place, account?: string) {
    const { imageDetails = [] } = await sandbox
      .ecr({ account })
      .send(new DescribeImagesCommand({ repositoryName: repository }));
    return imageDetails
      .map(({ imageDigest, imageTags, artifactMediaType, imageSizeInBytes }) =>
        JSON.stringify([imageDigest, imageTags, artifactMediaType, imageSizeInBytes]),
      )
      .sort();
  }

  /** Pushes an image of many layers over the raw protocol. @returns Its digest. */
  async function pushLayers({ client }: Place, sizes: readonly number[]): Promise<string> {
    const blobs = [
      Buffer.from(`{"os":"linux","architecture":"amd64","made":"${uniqueName()}"}`),
      ...sizes.map((size) => randomBytes(size)),
    ];
    const described = blobs.map((blob) => ({ digest: digestOf(blob), size: blob.length }));
    for (const blob of blobs) {
      await client.uploadBlob({
        digest: digestOf(blob),
        size: blob.length,
        read: async function* (from: number) {
          yield blob.subarray(from);
        },
      });
    }
    const [config, ...layers] = described;
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: ociManifestType,
        config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
        layers: layers.map((layer) => ({ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", ...layer })),
      }),
    );
    await client.putManifest(digestOf(manifest), manifest, ociManifestType);
    return digestOf(manifest);
  }

  it("carry an index with SBOM, signature and signed SBOM, as attached by oras, through three accounts", async () => {
    const [dev, second, third] = [await place(), await place(staging), await place(prod)];
    const digest = await pushIndexTo(dev);
    const sbom = await attach(`${dev.url}@${digest}`, "application/spdx+json");
    const signature = await attach(`${dev.url}@${digest}`, "application/vnd.dev.sigstore.bundle.v0.3+json");
    const signedSbom = await attach(`${dev.url}@${sbom}`, "application/vnd.dev.sigstore.bundle.v0.3+json");
    const childSbom = await attach(`${dev.url}:one`, "application/spdx+json");
    // As cosign stores signatures without the referrers API.
    const hex = digest.replace(":", "-");
    await crane("push", layout(), `${dev.url}:${hex}.sig`);
    const tagged = await crane("digest", `${dev.url}:${hex}.sig`);
    let from = dev;
    for (const to of [second, third]) {
      const copied = await copyImage({ source: from.client, target: to.client, digest, referrers: true });
      assert.equal(copied.digest, digest);
      const expected = [sbom, signature, signedSbom, childSbom, tagged];
      assert.deepEqual(new Set(copied.referrers), new Set(expected));
      await putTags(to.client, digest, ["1.0.0"]);
      from = to;
    }
    for (const { url } of [second, third]) {
      assert.equal(await crane("digest", `${url}:1.0.0`), digest);
      assert.equal(await crane("manifest", `${url}:1.0.0`), await crane("manifest", `${dev.url}:multi`));
      assert.deepEqual(await discover(`${url}:1.0.0`), await discover(`${dev.url}:multi`));
      assert.equal(await crane("digest", `${url}:${hex}.sig`), tagged);
      await pullWhole(`${url}:1.0.0`);
    }
    const [inStaging, inProd] = [await imagesOf(second, staging), await imagesOf(third, prod)];
    assert.deepEqual(inStaging, inProd);
    assert.equal(inProd.length, 8);
  });

  it("mount blobs within a registry if the account's setting allows it, and send them if not", async () => {
    const dev = await place();
    const digest = await pushIndexTo(dev);
    for (const [value, sent] of [
      ["ENABLED", 0],
      ["DISABLED", 4],
    ] as const) {
      await sandbox.ecr().send(new PutAccountSettingCommand({ name: "BLOB_MOUNTING", value }));
      const other = await place();
      const copied = await copyImage({ source: dev.client, target: other.client, digest, referrers: true });
      assert.equal(copied.blobsSent, sent, value);
      assert.equal(copied.bytesSent > 2 * mebibyte, sent > 0);
      await pullWhole(`${other.url}@${digest}`);
      const again = await copyImage({ source: dev.client, target: other.client, digest, referrers: true });
      assert.deepEqual([again.blobsSent, again.bytesSent], [0, 0]);
    }
  });

  it("push to ECR Public with a login, and pull from it without one", async () => {
    const dev = await place();
    const digest = await pushIndexTo(dev);
    const { repository } = await sandbox
      .ecrPublic()
      .send(new CreatePublicCommand({ repositoryName: uniqueName("oci-public") }));
    const [host = "", ...name] = (repository?.repositoryUri ?? "").split("/");
    const login = RegistryLogin.ofEcrPublic({ authorizationToken: await publicToken(sandbox) });
    const open = new RegistryClient(host, name.join("/"), login);
    assert.equal((await copyImage({ source: dev.client, target: open, digest, referrers: true })).digest, digest);
    await putTags(open, digest, ["1"]);
    const anonymous = new RegistryClient(host, name.join("/"), undefined);
    const other = await place(staging);
    await copyImage({ source: anonymous, target: other.client, digest, referrers: true });
    await pullWhole(`${other.url}@${digest}`);
    await assert.rejects(putTags(anonymous, digest, ["2"]), { status: 403, code: "DENIED" });
  });

  it("leave the tags of an immutable repository, which answers with ECR's error code and message", async () => {
    const dev = await place();
    const to = await place(staging, { imageTagMutability: "IMMUTABLE" });
    const digests: string[] = [];
    for (const _ of [1, 2]) {
      const digest = await pushLayers(dev, [100]);
      digests.push(digest);
      await copyImage({ source: dev.client, target: to.client, digest, referrers: true });
    }
    const [first = "", second = ""] = digests;
    for (let time = 0; time < 2; time++) await putTags(to.client, first, ["1.0.0"]);
    await assert.rejects(putTags(to.client, second, ["1.0.0"]), (error: Error & { code?: string; status?: number }) => {
      assert.deepEqual([error.status, error.code], [400, "TAG_INVALID"]);
      return /^400 TAG_INVALID: The image tag '1\.0\.0' already exists in the '.*' repository and cannot be overwritten/.test(
        error.message,
      );
    });
    assert.equal((await findImage(to.client, "1.0.0"))?.digest, first);
    assert.equal(await findImage(to.client, "2.0.0"), undefined);
  });

  it("carry charts and artifacts as pushed by oras", async () => {
    const [dev, to] = [await place(), await place(staging)];
    fs.writeFileSync(path.join(folder, "chart.tgz"), randomBytes(3000));
    fs.writeFileSync(path.join(folder, "chart.json"), '{"name":"petclinic","version":"1.0.0"}');
    const chart = ["--config", "chart.json:application/vnd.cncf.helm.config.v1+json"];
    const layer = "chart.tgz:application/vnd.cncf.helm.chart.content.v1.tar+gzip";
    await oras("push", "--plain-http", ...chart, `${dev.url}:chart`, layer);
    await oras("push", "--plain-http", "--artifact-type", "text/x-notes", `${dev.url}:notes`, "chart.json:text/plain");
    for (const tag of ["chart", "notes"]) {
      const { digest = "" } = (await findImage(dev.client, tag)) ?? {};
      await copyImage({ source: dev.client, target: to.client, digest, referrers: true });
      await putTags(to.client, digest, [tag]);
      assert.equal(
        await oras("manifest", "fetch", "--plain-http", `${to.url}:${tag}`),
        await oras("manifest", "fetch", "--plain-http", `${dev.url}:${tag}`),
      );
    }
    fs.mkdirSync(path.join(folder, "pulled"), { recursive: true });
    await oras("pull", "--plain-http", "-o", "pulled", `${to.url}:chart`);
    assert.ok(
      fs.readFileSync(path.join(folder, "pulled", "chart.tgz")).equals(fs.readFileSync(path.join(folder, "chart.tgz"))),
    );
  });

  it("make an index of images, and one of selected platforms, that clients can read", async () => {
    const [dev, to] = [await place(), await place(staging)];
    for (const tag of ["amd64", "arm64"]) {
      await crane("push", layout(), `${dev.url}:${tag}`);
      await crane("mutate", `${dev.url}:${tag}`, "--set-platform", `linux/${tag}`, "-t", `${dev.url}:${tag}`);
    }
    const children = await Promise.all(
      ["arm64", "amd64"].map(async (tag) => indexChildren(dev.client, await crane("digest", `${dev.url}:${tag}`))),
    );
    const index = makeIndex(children.flat());
    await pushIndex(dev.client, index);
    assert.equal(
      await crane("digest", "--platform", "linux/arm64", `${dev.url}@${index.digest}`),
      children[0]?.[0]?.digest,
    );
    const platforms = ["linux/arm64"];
    const { digest } = await copyImage({
      source: dev.client,
      target: to.client,
      digest: index.digest,
      referrers: true,
      platforms,
    });
    assert.notEqual(digest, index.digest);
    const { manifests } = JSON.parse(await crane("manifest", `${to.url}@${digest}`));
    assert.deepEqual(
      manifests.map((each: { digest: string }) => each.digest),
      [children[0]?.[0]?.digest],
    );
    await pullWhole(`${to.url}@${digest}`);
  });

  it("carry an image of 127 layers, and skip blobs that exist", async () => {
    const [dev, to] = [await place(), await place(staging)];
    const digest = await pushLayers(
      dev,
      Array.from({ length: 127 }, (_, index) => 1000 + index),
    );
    assert.equal((await copyImage({ source: dev.client, target: to.client, digest, referrers: true })).blobsSent, 128);
    await pullWhole(`${to.url}@${digest}`);
    assert.equal((await copyImage({ source: dev.client, target: to.client, digest, referrers: true })).blobsSent, 0);
  });

  it("continue with a new token when the twelve hours of the current one are over", async () => {
    const [dev, to] = [await place(), await place(staging)];
    const digest = await pushLayers(dev, [100, 200, 300]);
    sandbox.clockAhead = 13 * 60 * 60 * 1000;
    const { digest: copied } = await copyImage({ source: dev.client, target: to.client, digest, referrers: true });
    assert.equal(copied, digest);
    const expired = RegistryLogin.ofEcr({ authorizationToken: to.authorizationToken, proxyEndpoint: to.host });
    const refused = { status: 403, code: "DENIED", message: /Your authorization token has expired/ };
    await assert.rejects(findImage(new RegistryClient(to.host, to.repository, expired), digest), refused);
  });

  it("leave no partial image when killed, and send only the rest the next time", async () => {
    const [dev, to] = [await place(), await place(staging)];
    const layers = 12;
    const digest = await pushLayers(
      dev,
      Array.from({ length: layers }, () => 2 * mebibyte),
    );
    const part = ({ host, repository, authorizationToken }: Place) => ({ host, repository, authorizationToken });
    const order: CopyRequest = { source: part(dev), target: part(to), digest };
    for (const arrived of [1, 3]) {
      const program = path.join(__dirname, "copyProgram.ts");
      const args = ["-r", "ts-node/register/transpile-only", program, JSON.stringify(order)];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      const exited = once(child, "exit");
      let sent = 0;
      for await (const line of createInterface(child.stdout)) {
        if ((JSON.parse(line) as { how: string }).how === "sent") sent += 1;
        if (sent === arrived) child.kill("SIGKILL");
      }
      assert.deepEqual((await exited)[1], "SIGKILL");
      const { imageIds } = await sandbox
        .ecr({ account: staging })
        .send(new ListImagesCommand({ repositoryName: to.repository }));
      assert.deepEqual(imageIds, []);
      assert.equal(await findImage(to.client, digest), undefined);
    }
    const { blobsSent } = await copyImage({ source: dev.client, target: to.client, digest, referrers: true });
    assert.ok(blobsSent <= layers + 1 - 3, `${blobsSent} were sent again`);
    await pullWhole(`${to.url}@${digest}`);
    assert.equal(
      createHash("sha256")
        .update((await to.client.manifest(digest)).body)
        .digest("hex"),
      digest.slice(7),
    );
  });
});
