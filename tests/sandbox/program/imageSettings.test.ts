import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { digestOf, ociIndexType, RegistryClient } from "../gateway/registryClient";
import { TestProject } from "./project";

interface Index {
  mediaType: string;
  manifests: { platform: object }[];
}

interface Published {
  tag: string;
  digest: string;
  references: string[];
}

/** Builds and mirrors images with every setting that Docker takes. */
const program = `
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { ContainerImage, MirroredImage, PrivateRepository } from "./components";

const { upstream, digest, login, rebuild, extra, wrong } = JSON.parse(fs.readFileSync("settings.json", "utf8"));
const team = new PrivateRepository("team", { encryption: "aes256", exclusionFilters: ["latest"], forceDelete: true });
const copy = new PrivateRepository("copy", { region: "eu-west-1", encryption: "aes256", exclusionFilters: ["latest"] });

const images: Record<string, ContainerImage | MirroredImage> = {
  full: new ContainerImage("full", {
    context: "full",
    dockerfile: "docker/Full.Dockerfile",
    target: "final",
    args: { NODE_IMAGE: "sandbox.local/node:22", MAPS_KEY: "of no secret" },
    publicArgs: ["MAPS_KEY"],
    extraHosts: { "db.example.com": "10.1.2.3" },
    network: "none",
    cacheFrom: ["latest"],
    tags: ["latest"],
    rebuild,
    repositories: [team, copy],
  }),
  arm: new ContainerImage("arm", { context: "tiny", platform: "linux/arm64", repositories: [team] }),
  both: new ContainerImage("both", {
    context: "tiny",
    platforms: ["linux/arm64", "linux/amd64"],
    builders: { "linux/arm64": process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock" },
    repositories: [team, copy],
  }),
  one: new ContainerImage("one", { context: "tiny", rebuild: "one", repositories: [team] }),
  ...(extra && { two: new ContainerImage("two", { context: "tiny", rebuild: "two", repositories: [team] }) }),
  chosen: new MirroredImage("chosen", { source: upstream + ":several", platform: "linux/arm64", repositories: [team], ...login }),
  whole: new MirroredImage("whole", { source: upstream + ":several", repositories: [team, copy], ...login }),
  pinned: new MirroredImage("pinned", { source: upstream + "@" + digest, repositories: [copy], ...login }),
};
if (wrong) {
  new MirroredImage("several", { source: upstream + ":several", platform: "linux/s390x", repositories: [team], ...login });
  for (const args of [
    { context: "tiny", tagFrom: { git: { dirtyTree: "refuse" as const } } },
    { context: "tiny", platform: "linux/amd64,linux/arm64", args: { NPM_TOKEN: "hush" } },
  ]) {
    try {
      new ContainerImage("refused", { ...args, repositories: [team] });
    } catch (error) {
      pulumi.log.error((error as Error).message);
    }
  }
}
export const published = Object.fromEntries(
  Object.entries(images).map(([name, { tag, digest, references }]) => [name, { tag, digest, references }]),
);
`;

const dockerfile = `ARG NODE_IMAGE
FROM \${NODE_IMAGE} AS probe
ARG MAPS_KEY
RUN ["node", "-e", "fs.writeFileSync('/seen', JSON.stringify([process.env.MAPS_KEY, fs.readFileSync('/etc/hosts', 'utf8'), Object.keys(os.networkInterfaces())]))"]
FROM scratch AS final
COPY --from=probe /seen /
COPY page.txt /
FROM scratch AS unused
COPY no-such-file /
`;

describe("image settings with the real CLI", function () {
  this.timeout(900_000);
  let project: TestProject;
  let upstream: string;
  let platforms: Record<"amd64" | "arm64" | "index", string>;
  let settings: Record<string, unknown> = {};
  let first: Record<string, Published>;
  const other = { AWS_ACCESS_KEY_ID: "210987654321" };

  const configure = (changes: Record<string, unknown>) => {
    settings = { ...settings, ...changes };
    project.write("settings.json", JSON.stringify(settings));
  };
  const must = async (command: string, args: string[], env: NodeJS.ProcessEnv = {}) => {
    const result = await project.run(command, args, env);
    assert.equal(result.code, 0, `${command} ${args.join(" ")}\n${result.output}`);
    return result.stdout.trim();
  };
  const published = async () => {
    const outputs = JSON.parse((await project.mustPulumi("stack", "output", "--json")).stdout);
    return (outputs as { published: Record<string, Published> }).published;
  };
  const imageOf = (name: string): Published => first[name] ?? assert.fail(`no image ${name}`);
  const tagsOf = async (repository: string, region: string) => {
    const { imageDetails } = await project.aws<{ imageDetails: { imageDigest: string; imageTags?: string[] }[] }>(
      ...["ecr", "describe-images", "--repository-name", repository, "--region", region],
    );
    return Object.fromEntries(
      imageDetails.flatMap(({ imageTags = [], imageDigest }) => imageTags.map((tag) => [tag, imageDigest])),
    );
  };
  const architectureOf = (reference: string) =>
    must("docker", ["image", "inspect", "--format", "{{.Architecture}}", reference]);

  /** Pushes two images, and an index of both, to another account's registry. @returns its password. */
  async function makeUpstream(): Promise<string> {
    const name = `several-${project.account}`;
    const created = await must(
      "aws",
      ["ecr", "create-repository", "--repository-name", name, "--output", "json"],
      other,
    );
    upstream = (JSON.parse(created) as { repository: { repositoryUri: string } }).repository.repositoryUri;
    const host = upstream.split("/", 1).join("");
    const password = await must("aws", ["ecr", "get-login-password"], other);
    await must("docker", ["login", "--username", "AWS", "--password", password, host]);
    const client = new RegistryClient(host, basic(password));
    const manifests = await Promise.all(
      (["amd64", "arm64"] as const).map(async (architecture) => {
        const tag = `${upstream}:${architecture}`;
        await must("docker", ["build", "--quiet", "--platform", `linux/${architecture}`, "--tag", tag, "tiny"]);
        await must("docker", ["push", tag]);
        const answer = await client.getManifest(name, architecture);
        const body = await answer.text();
        const mediaType = answer.headers.get("content-type") ?? "";
        await must("docker", ["image", "rm", tag]);
        return { mediaType, digest: digestOf(body), size: body.length, platform: { os: "linux", architecture } };
      }),
    );
    const [amd64, arm64] = manifests;
    const index = JSON.stringify({ schemaVersion: 2, mediaType: ociIndexType, manifests });
    platforms = { amd64: amd64?.digest ?? "", arm64: arm64?.digest ?? "", index: digestOf(index) };
    const put = await client.request("PUT", `/v2/${name}/manifests/several`, {
      headers: { "Content-Type": ociIndexType },
      body: index,
    });
    assert.equal(put.status, 201, await put.text());
    await must("docker", ["logout", host]);
    return password;
  }

  before(async () => {
    project = new TestProject();
    await project.init();
    project.write("index.ts", program);
    for (const folder of ["full", "tiny", "docker"]) fs.mkdirSync(path.join(project.directory, folder));
    project.write("docker/Full.Dockerfile", dockerfile);
    project.write("full/page.txt", project.account);
    project.write("tiny/Dockerfile", "FROM scratch\nCOPY tiny.txt /\n");
    project.write("tiny/tiny.txt", project.account);
    const git = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
    await must("git", ["init", "--quiet"]);
    await must("git", [...git, "commit", "--quiet", "--allow-empty", "--message", "first"]);
    const password = await makeUpstream();
    const login = { username: "AWS", password };
    configure({ upstream, digest: platforms.amd64, login, rebuild: "first", extra: true });
    await project.up();
    first = await published();
  });
  after(async () => {
    await must(
      "aws",
      ["ecr", "delete-repository", "--force", "--repository-name", `several-${project.account}`],
      other,
    );
    project.remove();
  });

  it("builds a target with Dockerfile elsewhere, arguments, hosts and network, for several repositories", async () => {
    const { tag, digest, references } = imageOf("full");
    const [reference = ""] = references;
    const container = await must("docker", ["container", "create", reference, "none"]);
    await must("docker", ["container", "cp", `${container}:/seen`, "seen"]);
    await must("docker", ["container", "cp", `${container}:/page.txt`, "page.txt"]);
    await must("docker", ["container", "rm", container]);
    const [argument, hosts, interfaces] = JSON.parse(project.read("seen")) as [string, string, string[]];
    assert.equal(argument, "of no secret");
    assert.match(hosts, /^10\.1\.2\.3\s+db\.example\.com$/m);
    assert.deepEqual(interfaces, ["lo"]);
    assert.equal(project.read("page.txt"), project.account);
    assert.equal(await architectureOf(reference), "amd64");
    assert.deepEqual(
      references.map((each) => each.split("@")[1]),
      [digest, digest],
    );
    const copied = await tagsOf("copy", "eu-west-1");
    assert.deepEqual([copied[tag], copied["latest"]], [digest, digest]);
  });

  it("adds the inline cache metadata that the next build needs", async () => {
    const client = await ownRegistry();
    const manifest = (await (await client.getManifest("team", "latest")).json()) as { config: { digest: string } };
    const config = await client.request("GET", `/v2/team/blobs/${manifest.config.digest}`);
    assert.ok("moby.buildkit.cache.v0" in ((await config.json()) as object));
  });

  it("builds for another platform", async () => {
    assert.equal(await architectureOf(imageOf("arm").references[0] ?? ""), "arm64");
  });

  it("builds for several platforms, each on its builder, and pushes an index of untagged images", async () => {
    const { tag, digest, references } = imageOf("both");
    const client = await ownRegistry();
    const index = (await (await client.getManifest("team", tag)).json()) as Index;
    assert.equal(index.mediaType, ociIndexType);
    assert.deepEqual(
      index.manifests.map(({ platform }) => platform),
      [
        { architecture: "amd64", os: "linux" },
        { architecture: "arm64", os: "linux" },
      ],
    );
    const password = await must("aws", ["ecr", "get-login-password"]);
    await must("docker", [
      "login",
      "--username",
      "AWS",
      "--password",
      password,
      (references[0] ?? "").split("/", 1).join(""),
    ]);
    for (const architecture of ["amd64", "arm64"]) {
      await must("docker", ["pull", "--quiet", "--platform", `linux/${architecture}`, references[0] ?? ""]);
      assert.equal(await architectureOf(references[0] ?? ""), architecture);
      // Docker's classic image store holds one platform per name.
      await must("docker", ["image", "rm", references[0] ?? ""]);
    }
    const team = await tagsOf("team", "ap-northeast-2");
    assert.deepEqual(
      Object.keys(team).filter((each) => each.startsWith(tag)),
      [tag],
    );
    assert.equal((await tagsOf("copy", "eu-west-1"))[tag], digest);
    assert.equal(references[1]?.split("@")[1], digest);
  });

  it("rebuilds a multi-platform image whose index was deleted, and changes nothing otherwise", async () => {
    await project.mustPulumi("preview", "--expect-no-changes");
    const { tag, digest } = imageOf("both");
    for (const [repository, region] of [
      ["team", "ap-northeast-2"],
      ["copy", "eu-west-1"],
    ] as const) {
      await project.aws(
        ...["ecr", "batch-delete-image", "--repository-name", repository, "--region", region],
        ...["--image-ids", `imageDigest=${digest}`],
      );
    }
    await project.mustPulumi("refresh", "--yes");
    const { output } = await project.up();
    assert.match(output, /docker:index:Image both-src-[0-9a-f]+-linux-amd64:2 created/);
    const again = (await published())["both"]?.digest;
    assert.equal((await tagsOf("team", "ap-northeast-2"))[tag], again);
    assert.equal((await tagsOf("copy", "eu-west-1"))[tag], again);
  });

  it("mirrors the chosen platform of an index, and exactly the given digest", async () => {
    assert.equal(imageOf("chosen").digest, platforms.arm64);
    assert.equal(await architectureOf(imageOf("chosen").references[0] ?? ""), "arm64");
    assert.equal(imageOf("pinned").digest, platforms.amd64);
  });

  it("mirrors a whole index, with all its images, to every repository", async () => {
    assert.equal(imageOf("whole").digest, platforms.index);
    for (const [repository, region] of [
      ["team", "ap-northeast-2"],
      ["copy", "eu-west-1"],
    ] as const) {
      const { imageIds } = await project.aws<{ imageIds: { imageDigest: string }[] }>(
        ...["ecr", "list-images", "--repository-name", repository, "--region", region],
      );
      const held = imageIds.map(({ imageDigest }) => imageDigest);
      for (const digest of Object.values(platforms)) assert.ok(held.includes(digest), `${repository} lacks ${digest}`);
    }
  });

  it("rejects a platform that the index lacks, a platform list, a secret build argument and a dirty tree", async () => {
    configure({ wrong: true });
    const { code, output } = await project.pulumi("preview");
    configure({ wrong: undefined });
    assert.notEqual(code, 0);
    for (const message of [
      /MirroredImage "several": 1 fault\n.*platform: .*:several" has no image for this platform.* Write one of linux\/amd64, linux\/arm64\./,
      /tagFrom\.git: .* These files of the build differ from the commit: .*tiny\.txt.* Commit them/,
      /ContainerImage "refused": 2 faults\n.*args\.NPM_TOKEN: .*\n.*platform: found "linux\/amd64,linux\/arm64"\. A platform must be one operating system/,
    ]) {
      assert.match(output, message);
    }
    assert.ok(!output.includes("hush"), "the secret is shown");
  });

  it("gives the same source a new tag on `rebuild`, and deletes no image whose digest another tag uses", async () => {
    const { digest } = imageOf("two");
    assert.equal(imageOf("one").digest, digest);
    configure({ rebuild: "second", extra: false });
    const { output } = await project.up();
    assert.match(output, /docker:index:Image two-src-[0-9a-f]+ deleted/);
    const second = (await published())["full"] ?? assert.fail("no image full");
    assert.notEqual(second.tag, imageOf("full").tag);
    const team = await tagsOf("team", "ap-northeast-2");
    assert.equal(team["latest"], second.digest);
    // An image removed from the program stays in the registry, and so do tags that share its digest.
    for (const name of ["full", "one", "two"]) assert.equal(team[imageOf(name).tag], imageOf(name).digest, name);
    const pulled = await (await ownRegistry()).getManifest("team", digest);
    assert.equal(digestOf(await pulled.text()), digest);
  });

  it("does not destroy a repository that holds images, unless forceDelete is set", async () => {
    const refused = await project.pulumi("destroy", "--yes", "--skip-preview");
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /RepositoryNotEmptyException/);
    const { repositories } = await project.aws<{ repositories: unknown[] }>("ecr", "describe-repositories");
    assert.deepEqual(repositories, []);
    assert.ok(imageOf("full").tag in (await tagsOf("copy", "eu-west-1")));
    await project.must(
      ...([
        "aws",
        "ecr",
        "delete-repository",
        "--force",
        "--repository-name",
        "copy",
        "--region",
        "eu-west-1",
      ] as const),
    );
  });

  /** A logged-in client of this account's registry. */
  async function ownRegistry(): Promise<RegistryClient> {
    const password = await must("aws", ["ecr", "get-login-password"]);
    const host = imageOf("full").references[0]?.split("/", 1).join("") ?? "";
    return new RegistryClient(host, basic(password));
  }
});

function basic(password: string): string {
  return `Basic ${Buffer.from(`AWS:${password}`).toString("base64")}`;
}
