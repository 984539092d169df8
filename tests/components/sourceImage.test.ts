import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { findSourceImage } from "../../components/images/sourceImage";
import { RegistryLogin } from "../../ecr/registry/registryLogin";
import { digestOf, dockerImage, FakeRegistry, ociImage, ociIndex } from "./fakeRegistry";

const amd64 = { os: "linux", architecture: "amd64" };
const reader = { username: "reader", password: "top-secret" };

describe("findSourceImage", () => {
  let registry: FakeRegistry;
  let folder: string;
  const configured = process.env["DOCKER_CONFIG"];
  beforeEach(async () => {
    registry = new FakeRegistry();
    await registry.start();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "docker-config-"));
    process.env["DOCKER_CONFIG"] = folder;
  });
  afterEach(() => {
    registry.stop();
    fs.rmSync(folder, { recursive: true });
    if (configured === undefined) delete process.env["DOCKER_CONFIG"];
    else process.env["DOCKER_CONFIG"] = configured;
  });
  const logIn = (auths: object) => fs.writeFileSync(path.join(folder, "config.json"), JSON.stringify({ auths }));

  const find = async (name: string, platform?: string, login?: typeof reader) => {
    const own = login && RegistryLogin.ofHost(registry.host, login);
    const found = await findSourceImage(`${registry.host}/${name}`, platform, own);
    return "faults" in found ? assert.fail(found.faults.map(({ rule }) => rule).join()) : found;
  };
  const refusal = async (name: string, platform?: string) => {
    const found = await findSourceImage(`${registry.host}/${name}`, platform);
    return "faults" in found ? found.faults[0] : assert.fail(`found ${JSON.stringify(found)}`);
  };
  const index = (...platforms: object[]) => ({
    schemaVersion: 2,
    mediaType: ociIndex,
    manifests: platforms.map((platform) => ({ digest: digestOf(JSON.stringify(platform)), platform })),
  });

  for (const type of [ociImage, dockerImage]) {
    it(`pins an image of one platform by digest (${type})`, async () => {
      const digest = registry.addImage("team/app", "1", amd64, type);
      const found = { reference: `${registry.host}/team/app@${digest}` };
      assert.deepEqual(await find("team/app:1"), found);
      assert.deepEqual(await find("team/app:1", "linux/amd64"), found);
      assert.deepEqual(await find(`team/app@${digest}`), found);
    });
  }

  it("defaults to the tag latest, and to any variant if the platform names none", async () => {
    const armV7 = registry.addImage("app", "latest", { os: "linux", architecture: "arm", variant: "v7" });
    const found = { reference: `${registry.host}/app@${armV7}` };
    for (const wanted of [undefined, "linux/arm", "linux/arm/v7"]) assert.deepEqual(await find("app", wanted), found);
    registry.addImage("app", "latest", { os: "linux", architecture: "arm64", variant: "v8" });
    await find("app", "linux/arm64/v8");
  });

  it("refuses an image for another platform", async () => {
    registry.addImage("app", "1", amd64);
    const fault = await refusal("app:1", "linux/arm64");
    assert.match(fault?.rule ?? "", /only for linux\/amd64/);
  });

  it("takes an index whole, or only the chosen platform", async () => {
    const [arm64, armV6, armV7] = [
      { os: "linux", architecture: "arm64", variant: "v8" },
      { os: "linux", architecture: "arm", variant: "v6" },
      { os: "linux", architecture: "arm", variant: "v7" },
    ];
    registry.addManifest("app", "1", index(amd64, arm64, armV6, armV7), ociIndex);
    assert.deepEqual(await find("app:1"), {
      reference: `${registry.host}/app@${digestOf(JSON.stringify(index(amd64, arm64, armV6, armV7)))}`,
    });
    assert.deepEqual(await find("app:1", "linux/arm64"), {
      reference: `${registry.host}/app@${digestOf(JSON.stringify(arm64))}`,
    });
    assert.ok((await find("app:1", "linux/arm/v7")).reference.endsWith(digestOf(JSON.stringify(armV7))));
    assert.match((await refusal("app:1", "linux/arm"))?.fix ?? "", /one of linux\/arm\/v6, linux\/arm\/v7\./);
    const missing = await refusal("app:1", "windows/amd64");
    assert.match(missing?.rule ?? "", /no image for this platform/);
    assert.match(missing?.fix ?? "", /linux\/amd64, linux\/arm64/);
  });

  it("takes one platform of an index, ignoring attestations", async () => {
    registry.addManifest("app", "1", index(amd64, { os: "unknown", architecture: "unknown" }), ociIndex);
    assert.equal(
      (await find("app:1", "linux/amd64")).reference,
      `${registry.host}/app@${digestOf(JSON.stringify(amd64))}`,
    );
    registry.addManifest("app", "2", { schemaVersion: 2, manifests: [] }, ociIndex);
    assert.match((await refusal("app:2", "linux/amd64"))?.fix ?? "", /this index is empty/);
  });

  it("takes an artifact, which has no platform, as it is, and refuses anything else", async () => {
    const chart = registry.addImage("chart", "1", { name: "a Helm chart" });
    assert.deepEqual(await find("chart:1"), { reference: `${registry.host}/chart@${chart}` });
    assert.match((await refusal("chart:1", "linux/amd64"))?.rule ?? "", /it is an artifact .* no platform/);
    registry.addManifest("old", "1", { schemaVersion: 1 }, "application/vnd.docker.distribution.manifest.v1+json");
    assert.match((await refusal("old:1"))?.rule ?? "", /neither an image nor an index \(.*v1\+json\)/);
  });

  it("refuses content that does not match its digest", async () => {
    const digest = registry.addImage("app", "1", amd64);
    registry.addManifest("app", digest, { schemaVersion: 2, config: { digest } });
    assert.match((await refusal(`app@${digest}`))?.rule ?? "", /sent other content under this digest/);
  });

  for (const authentication of ["basic", "bearer"] as const) {
    it(`logs in with ${authentication} authentication, with the given login or Docker's`, async () => {
      const digest = registry.addImage("app", "1", amd64);
      registry.authentication = authentication;
      const reference = `${registry.host}/app@${digest}`;
      assert.equal((await find("app:1", undefined, reader)).reference, reference);
      const refused = await refusal("app:1");
      assert.match(
        refused?.rule ?? "",
        /its registry does not return it: 401 UNAUTHORIZED: authentication required\.$/,
      );
      assert.match(refused?.fix ?? "", new RegExp(`docker login ${registry.host}`));
      logIn({ [registry.host]: { auth: Buffer.from("reader:top-secret").toString("base64") } });
      assert.equal((await find("app:1")).reference, reference);
    });
  }

  it("requests a token that can only pull from this repository", async () => {
    registry.addImage("team/app", "1", amd64);
    registry.authentication = "bearer";
    await find("team/app:1", undefined, reader);
    const token = registry.requests.find((request) => request.startsWith("/token"));
    assert.match(token ?? "", /^\/token\?service=registry&scope=repository%3Ateam%2Fapp%3Apull Basic /);
  });

  it("does not send a login in clear text to another machine", async () => {
    registry.addImage("app", "1", amd64);
    registry.authentication = "bearer";
    registry.realm = "http://tokens.example.com/token";
    const login = RegistryLogin.ofHost(registry.host, reader);
    const found = await findSourceImage(`${registry.host}/app:1`, undefined, login);
    assert.ok("faults" in found);
    assert.match(found.faults[0]?.rule ?? "", /login in clear text, at http:\/\/tokens\.example\.com/);
  });

  it("reports the registry's answer, and what to do", async () => {
    registry.addImage("app", "1", amd64);
    const missing = await refusal("app:2");
    assert.match(missing?.rule ?? "", /404 MANIFEST_UNKNOWN: manifest unknown/);
    assert.match(missing?.fix ?? "", /correct its name, tag or digest/);
    registry.status = 429;
    assert.match((await refusal("app:1"))?.fix ?? "", /the registry limits pulls/);
    registry.status = 500;
    assert.match((await refusal("app:1"))?.fix ?? "", /check that this machine can reach the registry/);
    const gone = new FakeRegistry();
    await gone.start();
    gone.stop();
    registry.host = gone.host;
    assert.match((await refusal("app:1"))?.rule ?? "", /no answer from 127\.0\.0\.1:\d+ in 4 attempts: .*ECONNREFUSED/);
  });

  for (const fault of [429, 500, 503, "cut", "half"] as const) {
    it(`tries again after ${fault}, up to four times, and then reports it`, async () => {
      registry.addImage("app", "1", amd64);
      registry.passing.push(fault, fault, fault);
      await find("app:1");
      // The manifest, after three failures.
      assert.equal(registry.requests.length, 4);
      registry.passing.push(fault, fault, fault, fault);
      const { rule = "", fix = "" } = (await refusal("app:1")) ?? {};
      assert.match(
        rule,
        typeof fault === "number" ? new RegExp(`: ${fault}\\.$`) : /no answer from .* in 4 attempts: /,
      );
      assert.match(fix, fault === 429 ? /wait, or log in/ : /run the same command again: nothing was changed/);
      assert.equal(registry.requests.length, 8);
    });
  }

  it("does not try again if the image is missing or the login is refused", async () => {
    for (const status of [401, 403, 404]) {
      registry.status = status;
      registry.addImage("app", "1", amd64);
      const before = registry.requests.length;
      await refusal("app:1");
      assert.equal(registry.requests.length, before + 1, String(status));
    }
  });
});
