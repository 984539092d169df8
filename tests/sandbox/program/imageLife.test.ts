import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { fullTests, itInFull } from "../tools";
import { type Result, TestProject } from "./project";

/** Its images are added to, moved between, removed from and restored to two repositories. */
const program = `
import * as fs from "node:fs";
import { ContainerImage, PrivateRepository } from "./components";

const repositories = Object.fromEntries(["one", "two"].map((name) => [name, new PrivateRepository(name, {
  encryption: "aes256", exclusionFilters: ["latest"], forceDelete: true,
})]));
export const images = Object.fromEntries(
  Object.entries(JSON.parse(fs.readFileSync("images.json", "utf8")) as Record<string, any>).map(([key, args]) => {
    const { tag, digest } = new ContainerImage(key, { context: "tiny", ...args, repositories: args.repositories.map((each: string) => repositories[each]) });
    return [key, { tag, digest }];
  }),
);
`;

describe("an image in two repositories, with the real CLI", function () {
  this.timeout(900_000);
  let project: TestProject;

  const describeImages = (images: Record<string, object>) => project.write("images.json", JSON.stringify(images));
  const app = (repositories: string[], more: object = {}) => ({ app: { repositories, tags: ["latest"], ...more } });
  /** Updates, and checks that the next preview plans no change. */
  const up = async (...flags: string[]): Promise<Result> => {
    const result = await project.mustPulumi("up", "--yes", "--skip-preview", ...flags);
    await project.mustPulumi("preview", "--expect-no-changes");
    return result;
  };
  const tagsOf = async (repository: string): Promise<Record<string, string>> => {
    const { imageDetails } = await project.aws<{ imageDetails: { imageDigest: string; imageTags?: string[] }[] }>(
      ...["ecr", "describe-images", "--repository-name", repository],
    );
    const all = imageDetails.flatMap(({ imageTags = [], imageDigest }) => imageTags.map((tag) => [tag, imageDigest]));
    return Object.fromEntries(all);
  };
  const remove = (repository: string, id: string) =>
    project.aws("ecr", "batch-delete-image", "--repository-name", repository, "--image-ids", id);
  const image = async () => (await project.outputs()).images["app"] ?? assert.fail("no image");
  /** Both repositories have exactly these tags. */
  const assertHeld = async (expected: Record<string, string>) => {
    assert.deepEqual(await tagsOf("one"), expected);
    assert.deepEqual(await tagsOf("two"), expected);
  };

  before(async () => {
    project = new TestProject();
    await project.init();
    project.write("index.ts", program);
    project.write("tiny/Dockerfile", "FROM scratch\nCOPY a.txt /\n");
    project.write("tiny/a.txt", `${project.account} first`);
  });
  after(async () => {
    await project.pulumi("destroy", "--yes", "--skip-preview");
    project.remove();
  });

  it("is built once, and keeps its digest as repositories are added, reordered and removed", async () => {
    describeImages(app(["one"]));
    await up();
    const { tag, digest } = await image();
    const quick = [
      ["one", "two"],
      ["two", "one"],
      ["one", "two"],
    ];
    for (const repositories of fullTests ? [...quick, ["two"], ["one", "two"]] : quick) {
      describeImages(app(repositories));
      const { output } = await up();
      assert.doesNotMatch(output, /docker:index:Image .* creating/, repositories.join());
      assert.equal((await image()).digest, digest);
    }
    await assertHeld({ [tag]: digest, latest: digest });
  });

  itInFull("moves its tag to new content, as the preview announces, and back without a build", async () => {
    const first = await image();
    project.write("tiny/a.txt", `${project.account} second`);
    const preview = await project.mustPulumi("preview");
    assert.match(preview.output, new RegExp(`/one:latest moves from ${first.digest} to the image that .*/one:src-`));
    await up();
    const second = await image();
    await assertHeld({ [first.tag]: first.digest, [second.tag]: second.digest, latest: second.digest });
    project.write("tiny/a.txt", `${project.account} first`);
    const back = await project.mustPulumi("preview");
    assert.match(back.output, new RegExp(`/two:latest moves from ${second.digest} to ${first.digest}`));
    assert.doesNotMatch((await up()).output, /docker:index:Image .* creating/);
    await assertHeld({ [first.tag]: first.digest, [second.tag]: second.digest, latest: first.digest });
  });

  it("is restored by one `up --refresh` after it, or one of its repositories, was deleted by hand", async () => {
    const before = await tagsOf("two");
    await remove("one", `imageDigest=${(await image()).digest}`);
    await up("--refresh");
    const { [(await image()).tag]: digest } = await tagsOf("one");
    assert.equal(digest, (await image()).digest);
    assert.equal((await tagsOf("one"))["latest"], digest);
    await project.must("aws", "ecr", "delete-repository", "--force", "--repository-name", "two");
    await up("--refresh");
    assert.equal((await tagsOf("two"))["latest"], before["latest"]);
  });

  it("is not rebuilt when its folder moves or its builder changes", async () => {
    describeImages(app(["one", "two"]));
    await up();
    const before = await image();
    const move = (from: string, to: string) =>
      fs.renameSync(path.join(project.directory, from), path.join(project.directory, to));
    for (const [from, to, more] of [
      ["tiny", "moved", {}],
      ["moved", "elsewhere", { builder: "buildkit" }],
      ["elsewhere", "tiny", {}],
    ] as const) {
      move(from, to);
      describeImages(app(["one", "two"], { context: to, ...more }));
      assert.doesNotMatch((await up()).output, /Image .*(?:created|updated)/);
      assert.deepEqual(await image(), before);
    }
  });

  it("is refreshed with a new login when the one in the state, encrypted there, expired", async function () {
    if (!fullTests) this.skip();
    const secrets = (await project.mustPulumi("stack", "export", "--show-secrets")).stdout;
    const passwords = [...secrets.matchAll(/"plaintext": "\\"([A-Za-z0-9+/=_-]{40,})\\""/g)].map(
      ([, text = ""]) => text,
    );
    assert.ok(passwords.length > 0);
    const { stdout } = await project.mustPulumi("stack", "export");
    let expired = secrets;
    for (const password of passwords) {
      assert.ok(!stdout.includes(password));
      expired = expired.replaceAll(password, Buffer.from("an expired login").toString("base64"));
    }
    project.write("expired.json", expired);
    await project.mustPulumi("stack", "import", "--file", "expired.json");
    fs.rmSync(`${project.directory}/expired.json`);
    const { output } = await project.mustPulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes");
    assert.match(output, /ecr:index:ImageTags app/);
    await project.mustPulumi("preview", "--expect-no-changes");
  });

  it("is pushed nowhere when one of its repositories has its release tag on another image", async function () {
    if (!fullTests) this.skip();
    describeImages({ ...app(["one", "two"]), release: { repositories: ["two"], tagFrom: { fixed: "1.0.0" } } });
    await up();
    const before = [await tagsOf("one"), await tagsOf("two")];
    describeImages({
      ...app(["one", "two"]),
      release: { repositories: ["one", "two"], tagFrom: { fixed: "1.0.0" }, rebuild: "another" },
    });
    const refused = await project.pulumi("up", "--yes", "--skip-preview");
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.output,
      /tagFrom\.fixed: found "1\.0\.0"\. The private repository "two" has a different image under this/,
    );
    assert.deepEqual([await tagsOf("one"), await tagsOf("two")], before);
  });
});
