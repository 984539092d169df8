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
  const leaveOut = (file: string) => fs.rmSync(path.join(project.directory, "provider", file), { recursive: true });

  /** Has the provider record Node's own arguments when it starts. */
  function recordNodeArguments(): () => string[] {
    const record = path.join(project.directory, "node-arguments.json");
    const program = path.join(project.directory, "provider", "bin", "index.js");
    const recording = `require("node:fs").writeFileSync(${JSON.stringify(record)}, JSON.stringify(process.execArgv));\n`;
    fs.writeFileSync(program, recording + fs.readFileSync(program, "utf8"));
    return () => JSON.parse(fs.readFileSync(record, "utf8"));
  }

  it("starts without a language host, with a small young generation", async () => {
    // Without this file, a language host could not start it.
    leaveOut("PulumiPlugin.yaml");
    const nodeArguments = recordNodeArguments();
    assert.match((await project.mustPulumi("preview")).output, /ecr:index:ImageTags/);
    assert.deepEqual(nodeArguments(), ["--max-semi-space-size=1"]);
  });

  it("does not load the component code for programs in other languages", async () => {
    leaveOut("bin/components.js");
    assert.match((await project.mustPulumi("preview")).output, /ecr:index:ImageTags/);
  });

  it("starts through a language host where the system cannot run scripts", async () => {
    leaveOut("pulumi-resource-ecr");
    assert.match((await project.mustPulumi("preview")).output, /ecr:index:ImageTags/);
  });

  it("builds itself if npm ran no install scripts", async () => {
    leaveOut("bin");
    assert.match((await project.mustPulumi("preview")).output, /ecr:index:ImageTags/);
  });
});
