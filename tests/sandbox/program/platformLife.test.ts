import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { fullTests } from "../tools";
import { TestProject } from "./project";

/** One image whose platforms and builders change. */
const program = `
import * as fs from "node:fs";
import { ContainerImage, PrivateRepository } from "./components";

const settings = JSON.parse(fs.readFileSync("settings.json", "utf8"));
const team = new PrivateRepository("team", { encryption: "aes256", imageTagMutability: "MUTABLE", forceDelete: true });
const image = new ContainerImage("app", { context: "tiny", repositories: [team], ...settings });
export const tag = image.tag;
export const digest = image.digest;
`;

interface Published {
  tag: string;
  digest: string;
}

(fullTests ? describe : describe.skip)("an image of several platforms through its life", function () {
  this.timeout(900_000);
  let project: TestProject;
  const both = { platforms: ["linux/amd64", "linux/arm64"] };
  const builder = process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock";

  async function publish(settings: object): Promise<Published & { output: string }> {
    project.write("settings.json", JSON.stringify(settings));
    const { output } = await project.mustPulumi("up", "--yes", "--skip-preview");
    const published = JSON.parse((await project.mustPulumi("stack", "output", "--json")).stdout) as Published;
    return { ...published, output };
  }
  const removeFromDocker = async (tag: string) => {
    const { stdout } = await project.run("docker", ["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"]);
    const local = stdout.split("\n").filter((each) => each.includes(tag));
    for (const each of local) await project.run("docker", ["image", "rm", "--force", each]);
    return local.length;
  };

  before(async () => {
    project = new TestProject();
    await project.init();
    project.write("index.ts", program);
    fs.mkdirSync(path.join(project.directory, "tiny"));
    project.write("tiny/Dockerfile", "FROM scratch\nCOPY tiny.txt /\n");
    project.write("tiny/tiny.txt", project.account);
  });
  after(() => project?.remove());

  it("is not rebuilt when a builder is added or removed", async () => {
    const first = await publish(both);
    const withBuilder = await publish({ ...both, builders: { "linux/arm64": builder } });
    assert.equal(withBuilder.digest, first.digest);
    assert.doesNotMatch(withBuilder.output, /replaced/);
    assert.equal((await publish(both)).digest, first.digest);
    await project.mustPulumi("preview", "--expect-no-changes", "--refresh");
  });

  it("becomes a single-platform image, and returns from the registry without a build", async () => {
    const first = await publish(both);
    const one = await publish({ platform: "linux/arm64" });
    assert.notEqual(one.tag, first.tag);
    await removeFromDocker(first.tag);
    const again = await publish(both);
    assert.deepEqual([again.tag, again.digest], [first.tag, first.digest]);
    assert.doesNotMatch(again.output, /docker:index:Image .*created/);
  });

  it("gets a removed tag back with nothing left in Docker, and is rebuilt when its index was deleted", async () => {
    const { tag } = await publish({ ...both, rebuild: "once" });
    const repository = ["--repository-name", "team"];
    const { images } = await project.aws<{ images: { imageManifest: string; imageManifestMediaType: string }[] }>(
      ...["ecr", "batch-get-image", ...repository, "--image-ids", `imageTag=${tag}`],
    );
    const [{ imageManifest, imageManifestMediaType } = assert.fail()] = images;
    await project.aws(
      ...["ecr", "put-image", ...repository, "--image-manifest", imageManifest, "--image-tag", "other"],
      ...["--image-manifest-media-type", imageManifestMediaType],
    );
    await project.aws("ecr", "batch-delete-image", ...repository, "--image-ids", `imageTag=${tag}`);
    assert.equal(await removeFromDocker(tag), 2);
    // A separate refresh: within `up --refresh` the program reads the state from before the refresh.
    await project.mustPulumi("refresh", "--yes");
    const { digest } = await publish({ ...both, rebuild: "once" });
    const details = await project.aws<{ imageDetails: { imageDigest: string; imageTags: string[] }[] }>(
      ...["ecr", "describe-images", ...repository, "--image-ids", `imageTag=${tag}`],
    );
    assert.equal(details.imageDetails[0]?.imageDigest, digest);
    assert.ok(details.imageDetails[0]?.imageTags.includes("other"));
    await project.aws("ecr", "batch-delete-image", ...repository, "--image-ids", `imageDigest=${digest}`);
    await removeFromDocker(tag);
    // Within `up --refresh` the program may have read an index that the refresh then removes from the state.
    const once = await project.pulumi("up", "--yes", "--skip-preview", "--refresh");
    if (once.code !== 0) assert.match(once.output, /Run the update again: an index that is not in the state/);
    const built = await publish({ ...both, rebuild: "once" });
    assert.match(once.output + built.output, /docker:index:Image .*created/);
    await project.mustPulumi("preview", "--expect-no-changes", "--refresh");
  });
});
