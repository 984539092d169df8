import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { gunzipSync } from "node:zlib";
import { sandboxHome } from "../../../sandbox/paths";
import { RegistryClient } from "../gateway/registryClient";
import { busybox, toolsTimeout } from "../tools";
import { TestProject } from "./project";

const program = `
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { ContainerImage, PrivateRepository } from "./components";

const { secrets = {}, encryption = "aes256", ...settings } = JSON.parse(fs.readFileSync("settings.json", "utf8"));
const given = new pulumi.Config().getSecret("given");
const repository = new PrivateRepository("team", {
  encryption,
  exclusionFilters: ["buildcache"],
  forceDelete: true,
});
const image = new ContainerImage("app", {
  context: "app",
  repositories: [repository],
  ...(settings.builder === "buildkit" && given && { secrets: { ...secrets, given: { value: given } } }),
  ...settings,
});
export const { tag, digest } = image;
export const url = repository.url;
`;

/** It writes only hashes of its secrets, which prove that it had them without revealing them. */
const dockerfile = `FROM scratch AS tools
COPY busybox /bin/busybox
FROM tools AS made
ARG NOTHING
RUN --mount=type=secret,id=npm_token --mount=type=secret,id=npmrc --mount=type=secret,id=given ["/bin/busybox", "sh", "-c", \\
  "cd /run/secrets && /bin/busybox sha256sum npm_token npmrc given > /made"]
RUN --mount=type=ssh ["/bin/busybox", "sh", "-c", "test -S $SSH_AUTH_SOCK && echo agent >> /made"]
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox cat /proc/sys/kernel/random/uuid >> /made"]
FROM scratch
COPY --from=made /made /
`;

describe("images built by BuildKit", function () {
  // The first run on a machine also builds BuildKit itself.
  this.timeout(1_800_000);
  let project: TestProject;
  let agent: ChildProcess;
  const socket = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "agent-")), "socket");
  const tokens = {
    npm_token: "npm-SECRET-of-the-environment",
    npmrc: "npmrc-SECRET-of-a-file",
    given: "SECRET-of-pulumi",
  };
  const allOutput: string[] = [];
  const withSecrets = {
    builder: "buildkit",
    secrets: { npm_token: { env: "NPM_TOKEN" }, npmrc: { file: "npmrc" } },
    ssh: { default: [] },
    cacheTo: "buildcache",
  };

  interface Published {
    tag: string;
    digest: string;
    url: string;
    output: string;
  }

  async function publish(settings: object, env: NodeJS.ProcessEnv = {}): Promise<Published> {
    project.write("settings.json", JSON.stringify(settings));
    const secrets = { NPM_TOKEN: tokens.npm_token, SSH_AUTH_SOCK: socket, ...env };
    const args = ["up", "--yes", "--skip-preview", "--stack", "local", "--non-interactive"];
    const { code, output } = await project.run("pulumi", args, secrets);
    allOutput.push(output);
    assert.equal(code, 0, output);
    const outputs = JSON.parse((await project.mustPulumi("stack", "output", "--json")).stdout) as Published;
    return { ...outputs, output };
  }

  const preview = async (env: NodeJS.ProcessEnv, ...more: string[]) => {
    const args = ["preview", "--stack", "local", "--non-interactive", ...more];
    const result = await project.run("pulumi", args, { NPM_TOKEN: tokens.npm_token, SSH_AUTH_SOCK: socket, ...env });
    allOutput.push(result.output);
    return result;
  };

  /** Everything that a registry stores for a tag: manifests, configs and layers, raw and decompressed. */
  async function bytesOf({ url }: Published, reference: string): Promise<Buffer[]> {
    const [host = "", name = ""] = url.split("/");
    const client = await registry(host);
    const manifest = Buffer.from(await (await client.getManifest(name, reference)).arrayBuffer());
    const {
      manifests = [],
      layers = [],
      config,
    } = JSON.parse(manifest.toString()) as {
      manifests?: { digest: string }[];
      layers?: { digest: string }[];
      config?: { digest: string };
    };
    const found: Buffer[] = [manifest];
    for (const each of manifests) found.push(...(await bytesOf({ url } as Published, each.digest)));
    for (const { digest } of [...layers, ...(config ? [config] : [])]) {
      const answer = await client.request("GET", `/v2/${name}/blobs/${digest}`);
      const at = answer.headers.get("location");
      const blob = Buffer.from(await (at ? await fetch(at) : answer).arrayBuffer());
      found.push(blob, ...(blob[0] === 0x1f && blob[1] === 0x8b ? [gunzipSync(blob)] : []));
    }
    return found;
  }

  async function registry(host: string): Promise<RegistryClient> {
    const { authorizationData } = await project.aws<{ authorizationData: { authorizationToken: string }[] }>(
      ...["ecr", "get-authorization-token"],
    );
    return new RegistryClient(host, `Basic ${authorizationData[0]?.authorizationToken}`);
  }

  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const assertMadeOfSecrets = (made: Buffer) => {
    for (const [id, token] of Object.entries(tokens)) {
      assert.match(made.toString(), new RegExp(`${sha256(token)}  ${id}\n`));
    }
  };
  const holds = (buffers: readonly Buffer[], text: string) => buffers.some((each) => each.includes(text));
  const emptyEngine = () => fs.rmSync(path.join(sandboxHome(), "buildkit", "root"), { recursive: true, force: true });

  before(async function () {
    this.timeout(toolsTimeout);
    project = new TestProject();
    await project.init();
    project.write("index.ts", program);
    fs.rmSync(path.join(project.directory, "app"), { recursive: true });
    project.write("app/Dockerfile", dockerfile);
    project.write("app/busybox", fs.readFileSync(await busybox()));
    fs.chmodSync(path.join(project.directory, "app", "busybox"), 0o755);
    project.write("npmrc", tokens.npmrc);
    await project.mustPulumi("config", "set", "--secret", "given", tokens.given);
    agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
  });
  after(() => {
    agent?.kill();
    fs.rmSync(path.dirname(socket), { recursive: true });
    project?.remove();
  });

  let first: Published;

  it("get their secrets and SSH agent; no secret remains in image, cache, state, tag or output", async () => {
    first = await publish(withSecrets);
    const image = await bytesOf(first, first.tag);
    const made = image.find((each) => each.includes("npm_token\n")) ?? Buffer.from("");
    assertMadeOfSecrets(made);
    assert.match(made.toString(), /\nagent\n/);
    const cache = await bytesOf(first, "buildcache");
    assert.ok(holds(cache, "npm_token\n"), "the cache has the steps in between");
    const state = fs.readFileSync(project.stateFile);
    const exported = Buffer.from((await project.mustPulumi("stack", "export")).stdout);
    for (const [id, token] of Object.entries(tokens)) {
      for (const text of [token, Buffer.from(token).toString("base64")]) {
        const places = { image, cache, state: [state, exported], output: allOutput.map((each) => Buffer.from(each)) };
        for (const [place, buffers] of Object.entries(places)) assert.ok(!holds(buffers, text), `${id} in ${place}`);
      }
    }
  });

  it("are not rebuilt when only the secrets change, and need none in a preview", async () => {
    const others = { NPM_TOKEN: "another-SECRET" };
    project.write("npmrc", "another");
    await project.mustPulumi("config", "set", "--secret", "given", "another");
    assert.equal((await preview(others, "--expect-no-changes")).code, 0, allOutput.at(-1));
    assert.equal((await preview({ NPM_TOKEN: "" }, "--expect-no-changes")).code, 0, allOutput.at(-1));
    const again = await publish(withSecrets, others);
    assert.deepEqual([again.tag, again.digest], [first.tag, first.digest]);
    assert.doesNotMatch(again.output, /docker-build:index:Image .*(?:created|updated)/);
    project.write("npmrc", tokens.npmrc);
    await project.mustPulumi("config", "set", "--secret", "given", tokens.given);
  });

  it("reuse the cache in the registry when BuildKit's own is empty, and are rebuilt without `cacheTo`", async () => {
    emptyEngine();
    const cached = await publish({ ...withSecrets, rebuild: "2" });
    assert.notEqual(cached.tag, first.tag);
    assert.equal(cached.digest, first.digest, "its random number is that of the first build");
    emptyEngine();
    const { cacheTo: _, ...without } = withSecrets;
    assert.notEqual((await publish({ ...without, rebuild: "3" })).digest, first.digest);
  });

  it("stay in the registry through a newer build, a refresh and a change of builder", async () => {
    project.edit("app/Dockerfile", "ARG NOTHING\n", "");
    const other = await publish(withSecrets);
    assert.notEqual(other.tag, first.tag);
    await project.mustPulumi("refresh", "--yes");
    assert.equal((await preview({}, "--expect-no-changes")).code, 0, allOutput.at(-1));
    const before = await bytesOf(first, first.tag);
    assert.ok(before.length > 2);
    const byDocker = await publish({ builder: "docker" });
    assert.deepEqual([byDocker.tag, byDocker.digest], [other.tag, other.digest]);
    assert.doesNotMatch(byDocker.output, /Image .*created/);
    assert.equal((await publish(withSecrets)).digest, other.digest);
    assert.equal((await bytesOf(first, first.tag)).length, before.length);
  });

  it("are built for several platforms at once: one index, one digest", async () => {
    project.write("app/Dockerfile", "FROM scratch\nARG TARGETARCH\nCOPY Dockerfile /\nLABEL for=$TARGETARCH\n");
    const { tag, digest, url } = await publish({ builder: "buildkit", platforms: ["linux/amd64", "linux/arm64"] });
    const [host = "", name = ""] = url.split("/");
    const answer = await (await registry(host)).getManifest(name, tag);
    assert.equal(answer.headers.get("docker-content-digest"), digest);
    const { manifests } = (await answer.json()) as { manifests: { platform: { architecture: string; os: string } }[] };
    assert.deepEqual(
      manifests.map(({ platform }) => `${platform.os}/${platform.architecture}`),
      ["linux/amd64", "linux/arm64"],
    );
  });

  it("are rebuilt with their secrets when their repository is replaced, even if the secrets are gone", async () => {
    project.write("app/Dockerfile", dockerfile);
    const settings = { ...withSecrets, rebuild: "4" };
    const before = await publish(settings);
    emptyEngine();
    fs.rmSync(path.join(project.directory, "npmrc"));
    const after = await publish({ ...settings, encryption: "kms" }, { NPM_TOKEN: "" });
    assert.equal(after.tag, before.tag);
    assert.notEqual(after.digest, before.digest, "it was built");
    const image = await bytesOf(after, after.tag);
    assertMadeOfSecrets(image.find((each) => each.includes("npm_token\n")) ?? Buffer.from(""));
  });
});
