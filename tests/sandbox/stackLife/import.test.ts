import assert from "node:assert/strict";
import { commandBlocks } from "../../docs/commandMarkers";
import { documentedScript } from "../docs/documentedScript";
import { itInFull } from "../tools";
import { LiveProject } from "./liveProject";

const file = "docs/coming-from.md";

describe(`stack life: pulumi import, as ${file} describes it`, function () {
  this.timeout(900_000);
  let project: LiveProject;
  before(async () => {
    project = new LiveProject();
  });
  after(() => project.remove());

  /** Runs the documented block that contains this string. */
  async function follow(text: string): Promise<string> {
    const blocks = commandBlocks(file).filter((block) => block.marker === "runs" && block.text.includes(text));
    assert.equal(blocks.length, 1, text);
    const { code, output } = await project.run("bash", ["-c", documentedScript(blocks)]);
    assert.equal(code, 0, output);
    return output;
  }

  async function found(): Promise<unknown[]> {
    return Promise.all([
      project.aws("ecr", "describe-repositories"),
      project.aws("ecr", "describe-images", "--repository-name", "team/shop"),
      project
        .aws<{ lifecyclePolicyText: string }>("ecr", "get-lifecycle-policy", "--repository-name", "team/shop")
        .then(({ lifecyclePolicyText }) => JSON.parse(lifecyclePolicyText)),
      project.aws("ecr", "get-registry-scanning-configuration"),
    ]);
  }

  itInFull(
    "adopts a repository with its images and lifecycle policy, and a registry setting, without changing them",
    async () => {
      await follow("aws ecr create-repository");
      const { repositories } = await project.aws<{ repositories: { repositoryUri: string }[] }>(
        ...["ecr", "describe-repositories", "--repository-names", "team/shop"],
      );
      const url = repositories[0]?.repositoryUri ?? "";
      await project.push(url, "1.0.0");
      await project.push(url, "1.1.0");
      const before = await found();
      await follow("npx pulumi stack init adoption");
      const output = await follow("npx pulumi import");
      assert.deepEqual(await found(), before);
      const [, update = ""] = output.split("Updating (adoption)");
      assert.doesNotMatch(update, /aws:ecr\S* \S+ (creating|updating|deleting|replacing)/, output);
      const { code, output: preview } = await project.run("pulumi", [
        ...["preview", "--refresh", "--expect-no-changes", "--stack", "adoption", "--non-interactive"],
      ]);
      assert.equal(code, 0, preview);
    },
  );
});
