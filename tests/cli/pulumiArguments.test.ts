import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pulumiArguments } from "../../cli/environments/pulumiArguments";

describe("npm run preview and npm run up", () => {
  let project: string;
  before(() => {
    project = fs.mkdtempSync(path.join(os.tmpdir(), "environments-"));
    fs.mkdirSync(path.join(project, "policies/config"), { recursive: true });
    for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml", "policies/config/dev.json"]) {
      fs.writeFileSync(path.join(project, file), "");
    }
  });
  after(() => fs.rmSync(project, { recursive: true }));

  it("use the stack and the policies of one environment, and pass the flags on", () => {
    assert.deepEqual(pulumiArguments(project, "dev", ["--yes", "--target", "urn"]), [
      ...["--stack", "dev", "--policy-pack", "policies", "--policy-pack-config", "policies/config/dev.json"],
      ...["--suppress-outputs", "--yes", "--target", "urn"],
    ]);
  });

  it("find the files of an organization's stack, and of a stack with a dot in its name", () => {
    for (const file of ["Pulumi.eu.prod.yaml", "policies/config/eu.prod.json"]) {
      fs.writeFileSync(path.join(project, file), "");
    }
    assert.deepEqual(pulumiArguments(project, "my-org/ecr/eu.prod", []).slice(0, 6), [
      ...["--stack", "my-org/ecr/eu.prod", "--policy-pack", "policies"],
      ...["--policy-pack-config", "policies/config/eu.prod.json"],
    ]);
    assert.throws(() => pulumiArguments(project, "my-org/eu.prd", []), /there is no environment "eu\.prd"/);
    fs.rmSync(path.join(project, "Pulumi.eu.prod.yaml"));
  });

  it("read stack files from the folder that Pulumi.yaml names", () => {
    fs.writeFileSync(path.join(project, "Pulumi.yaml"), "name: ecr\nstackConfigDir: stacks\n");
    fs.mkdirSync(path.join(project, "stacks"));
    fs.renameSync(path.join(project, "Pulumi.dev.yaml"), path.join(project, "stacks/Pulumi.dev.yaml"));
    assert.equal(pulumiArguments(project, "dev", [])[1], "dev");
    fs.renameSync(path.join(project, "stacks/Pulumi.dev.yaml"), path.join(project, "Pulumi.dev.yaml"));
    fs.writeFileSync(path.join(project, "Pulumi.yaml"), "");
  });

  it("list the environments if one does not exist", () => {
    assert.throws(
      () => pulumiArguments(project, "test", []),
      /there is no environment "test"\. Write one of dev, prod, or add Pulumi\.test\.yaml/,
    );
  });

  it("refuse an environment without its own policy config", () => {
    assert.throws(() => pulumiArguments(project, "prod", []), /policies\/config\/prod\.json is missing/);
  });
});
