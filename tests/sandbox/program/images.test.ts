import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { TestProject } from "./project";

interface Published {
  tag: string;
  digest: string;
  reference: string;
}

/** Tags, mirrors, keeps and re-pushes images. */
const program = `
import * as fs from "node:fs";
import { ContainerImage, MirroredImage, PrivateRepository } from "./components";

const settings = JSON.parse(fs.readFileSync("settings.json", "utf8"));
const team = new PrivateRepository("team", { encryption: settings.encryption, exclusionFilters: ["latest"], forceDelete: true });
const copy = new PrivateRepository("copy", { region: "eu-west-1", encryption: "aes256", forceDelete: true });
const { upstream, login } = settings;

const built = new ContainerImage("built", { context: "tiny", repositories: [team, copy], tagFrom: "git", rebuild: settings.rebuild });
const release = new ContainerImage("release", { context: "tiny", repositories: [team], tagFrom: { fixed: "1.0.0" }, args: settings.args });
const open = new MirroredImage("open", { source: upstream.open, repositories: [team], tags: ["latest"], refresh: settings.refresh });
const closed = new MirroredImage("closed", { source: upstream.closed, repositories: settings.late ? [copy, team] : [copy], tag: "3.2.1", ...login });
const local = settings.local && new MirroredImage("local", { localImage: upstream.local, repositories: [copy] });

const outputs = ({ tag, digest, reference }: ContainerImage | MirroredImage) => ({ tag, digest, reference });
export const images = { built: outputs(built), release: outputs(release), open: outputs(open), closed: outputs(closed), ...(local && { local: outputs(local) }) };
`;

describe("images with the real CLI", function () {
  this.timeout(900_000);
  let project: TestProject;
  /** The images to mirror: two in another account's registries, one local. */
  let upstream: { open: string; closed: string; local: string };
  let sources: Record<string, string | undefined>;
  const other = { AWS_ACCESS_KEY_ID: "210987654321" };
  let settings: Record<string, unknown>;

  const configure = (changes: Record<string, unknown>) => {
    settings = { ...settings, ...changes };
    project.write("settings.json", JSON.stringify(settings));
  };
  const images = async () =>
    (
      JSON.parse((await project.mustPulumi("stack", "output", "--json")).stdout) as {
        images: Record<string, Published>;
      }
    ).images;
  const must = async (command: string, args: string[], env: NodeJS.ProcessEnv = {}) => {
    const result = await project.run(command, args, env);
    assert.equal(result.code, 0, `${command} ${args.join(" ")}\n${result.output}`);
    return result.stdout.trim();
  };
  /** Digests by tag, for a repository of this account. */
  const tagsOf = async (repository: string, ...region: string[]) => {
    const { imageDetails } = await project.aws<{ imageDetails: { imageDigest: string; imageTags?: string[] }[] }>(
      ...["ecr", "describe-images", "--repository-name", repository, ...region],
    );
    return Object.fromEntries(
      imageDetails.flatMap(({ imageTags = [], imageDigest }) => imageTags.map((tag) => [tag, imageDigest])),
    );
  };
  /** Builds a small image, and pushes it if the name has a registry. @returns its digest in the registry. */
  const make = async (content: string, name: string) => {
    const folder = fs.mkdtempSync(path.join(project.directory, "upstream-"));
    fs.writeFileSync(path.join(folder, "Dockerfile"), "FROM scratch\nCOPY content /\n");
    // Unique to this run: removing its image from Docker must not remove that of another run.
    fs.writeFileSync(path.join(folder, "content"), `${content} ${project.account}`);
    await must("docker", ["build", "--quiet", "--tag", name, folder]);
    if (!name.includes("/")) return undefined;
    await must("docker", ["push", name]);
    const digests = await must("docker", ["image", "inspect", "--format", "{{json .RepoDigests}}", name]);
    return (JSON.parse(digests) as string[])[0]?.split("@")[1];
  };

  before(async () => {
    project = new TestProject();
    await project.init();
    project.write("index.ts", program);
    fs.mkdirSync(path.join(project.directory, "tiny"));
    project.write("tiny/Dockerfile", "FROM scratch\nARG VERSION\nCOPY a.txt /\n");
    project.write("tiny/a.txt", project.account);
    for (const args of [
      ["init", "--quiet"],
      ["add", "tiny"],
      ["commit", "--quiet", "--message", "first"],
    ]) {
      await must("git", ["-c", "user.name=test", "-c", "user.email=test@example.com", ...args]);
    }

    const name = `upstream-${project.account}`;
    const { repository: open } = JSON.parse(
      await must(
        "aws",
        [
          ...["ecr-public", "create-repository", "--repository-name", name],
          ...["--region", "us-east-1", "--output", "json"],
        ],
        other,
      ),
    ) as { repository: { repositoryUri: string } };
    const { repository: closed } = JSON.parse(
      await must("aws", ["ecr", "create-repository", "--repository-name", name, "--output", "json"], other),
    ) as { repository: { repositoryUri: string } };
    upstream = {
      open: `${open.repositoryUri}:latest`,
      closed: `${closed.repositoryUri}:1`,
      local: `upstream-${project.account}:1`,
    };
    const token = await must("aws", ["ecr-public", "get-login-password", "--region", "us-east-1"], other);
    const privateToken = await must("aws", ["ecr", "get-login-password"], other);
    for (const [uri, password] of [
      [open.repositoryUri, token],
      [closed.repositoryUri, privateToken],
    ] as const) {
      await must("docker", ["login", "--username", "AWS", "--password", password, uri.split("/", 1).join("")]);
    }
    sources = { open: await make("open", upstream.open), closed: await make("closed", upstream.closed) };
    await make("local", upstream.local);
    // The program must copy from the registries: Docker keeps neither the images nor a login.
    await must("docker", ["image", "rm", upstream.open, upstream.closed]);
    for (const uri of [open.repositoryUri, closed.repositoryUri]) {
      await must("docker", ["logout", uri.split("/", 1).join("")]);
    }
    settings = { encryption: "aes256", upstream, login: { username: "AWS", password: privateToken }, local: true };
    configure({});
  });
  after(async () => {
    await project.pulumi("destroy", "--yes", "--skip-preview");
    const name = `upstream-${project.account}`;
    await project.run("aws", ["ecr", "delete-repository", "--force", "--repository-name", name], other);
    await project.run(
      "aws",
      [...["ecr-public", "delete-repository", "--force", "--repository-name", name], ...["--region", "us-east-1"]],
      other,
    );
    await project.run("docker", ["image", "rm", "--force", upstream.local]);
    project.remove();
  });

  let first: Record<string, Published>;

  it("tags by commit and release, and mirrors a public, a private and a local image", async () => {
    await project.up();
    first = await images();
    const { built, release, open, closed, local } = first as Record<string, Published>;
    const commit = await must("git", ["rev-parse", "HEAD"]);
    assert.match(built?.tag ?? "", new RegExp(`^git-${commit.slice(0, 12)}-[0-9a-f]{16}$`));
    assert.equal(release?.tag, "1.0.0");
    const team = await tagsOf("team");
    const identity = Object.keys(team).find((tag) => tag.startsWith("1.0.0-src-")) ?? assert.fail("no identity");
    assert.deepEqual(team, {
      [built?.tag ?? ""]: built?.digest,
      "1.0.0": release?.digest,
      [identity]: release?.digest,
      [open?.tag ?? ""]: open?.digest,
      latest: open?.digest,
    });
    const copied = await tagsOf("copy", "--region", "eu-west-1");
    assert.equal(copied[built?.tag ?? ""], built?.digest);
    assert.equal(copied["3.2.1"], closed?.digest);
    assert.equal(copied[local?.tag ?? ""], local?.digest);
    assert.deepEqual({ open: open?.digest, closed: closed?.digest }, sources);
  });

  it("keeps the source's password out of the state, and keeps the digest when the source's tag moves", async () => {
    const { stdout } = await project.mustPulumi("stack", "export");
    assert.ok(!stdout.includes(String((settings["login"] as { password: string }).password)));
    const token = await must("aws", ["ecr-public", "get-login-password", "--region", "us-east-1"], other);
    const host = upstream.open.split("/", 1).join("");
    await must("docker", ["login", "--username", "AWS", "--password", token, host]);
    await make("moved", upstream.open);
    await project.mustPulumi("preview", "--expect-no-changes");
  });

  it("rejects other content under an existing release tag, and creates nothing", async () => {
    configure({ args: { VERSION: "2" } });
    const refused = await project.pulumi("up", "--yes", "--skip-preview");
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.output,
      /tagFrom\.fixed: found "1\.0\.0"\. The private repository "team" has a different image under this tag.* /,
    );
    assert.equal(Object.keys(await tagsOf("team")).filter((tag) => tag.startsWith("1.0.0-src-")).length, 1);
    configure({ args: undefined });
  });

  it("re-pushes everything to a replaced repository, follows a source on `refresh`, and deletes nothing", async () => {
    const before = await tagsOf("copy", "--region", "eu-west-1");
    project.write("tiny/a.txt", "not committed");
    configure({ encryption: "kms", refresh: "again", local: false, late: true });
    await project.up();
    const second = await images();
    const { built, release, open } = second as Record<string, Published>;
    assert.match(built?.tag ?? "", /^git-[0-9a-f]{12}-dirty-[0-9a-f]{16}$/);
    assert.notEqual(open?.digest, first["open"]?.digest);
    const team = await tagsOf("team");
    assert.equal(team[built?.tag ?? ""], built?.digest);
    assert.equal(team["1.0.0"], release?.digest);
    assert.equal(team["latest"], open?.digest);
    assert.equal(team["3.2.1"], first["closed"]?.digest);
    // Images that left the program or have a new tag are still in the registry.
    const after = await tagsOf("copy", "--region", "eu-west-1");
    for (const [tag, digest] of Object.entries(before)) assert.equal(after[tag], digest, tag);
    await project.mustPulumi("preview", "--expect-no-changes");
  });
});
