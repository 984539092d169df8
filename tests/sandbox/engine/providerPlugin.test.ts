import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { TestProject } from "../program/project";

describe("engine: the project's own provider", () => {
  let project: TestProject;
  beforeEach(async () => {
    project = new TestProject();
    await project.init();
  });
  afterEach(() => project.remove());
  const leaveOut = (file: string) => fs.rmSync(path.join(project.directory, "provider", file));

  it("is started as it is", async () => {
    // Nothing is left by which a language host could start it.
    leaveOut("PulumiPlugin.yaml");
    assert.match((await project.mustPulumi("preview")).output, /ecr:index:ImageTags/);
  });

  it("is started by a language host where the system runs no scripts", async () => {
    leaveOut("pulumi-resource-ecr");
    assert.match((await project.mustPulumi("preview")).output, /ecr:index:ImageTags/);
  });
});
