import assert from "node:assert/strict";
import { type ExportedState, LiveProject } from "./liveProject";

describe("stack life: a stack of version 0.1.0 in which two keys use each other's repository name", function () {
  this.timeout(900_000);
  let project: LiveProject;
  const access = { pullFrom: ["210987654321"] };
  const config = {
    privateRepositories: {
      aa: { repositoryName: "bb", access, forceDelete: true },
      bb: { repositoryName: "aa", encryption: "aes256", forceDelete: true },
    },
  };

  before(async () => {
    project = new LiveProject();
    await project.init();
    project.configure(config);
    await project.up();
    const outputs = await project.outputs();
    for (const key of ["aa", "bb"]) await project.push(outputs.privateRepositories[key]?.url ?? "", `of-${key}`);
  });
  after(async () => {
    await project.mustPulumi("destroy", "--yes", "--skip-preview");
    project.remove();
  });

  it("migrates without a replacement, and each repository keeps its images", async () => {
    const images = () => Promise.all(["aa", "bb"].map((name) => project.images(name)));
    const before = await images();
    // Version 0.1.0 named resources by config key.
    const { stdout } = await project.mustPulumi("stack", "export");
    const former = stdout.replace(
      /("urn:pulumi:[^"]*PrivateRepository[^"]*::)(aa|bb)"/g,
      (_, urn: string, name: string) => {
        return `${urn}${name === "aa" ? "bb" : "aa"}"`;
      },
    );
    assert.notEqual(former, stdout);
    await project.importState(JSON.parse(former) as ExportedState);
    await project.mustPulumi("preview", "--expect-no-changes");
    await project.mustPulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
    await project.mustBeSettled();
    assert.deepEqual(await images(), before);
    assert.deepEqual(
      before.map(({ length }) => length),
      [1, 1],
    );
  });
});
