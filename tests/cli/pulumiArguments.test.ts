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

  it("take stack and policies of one environment together, and hand on the flags", () => {
    assert.deepEqual(pulumiArguments(project, "dev", ["--yes", "--target", "urn"]), [
      ...["--stack", "dev", "--policy-pack", "policies", "--policy-pack-config", "policies/config/dev.json"],
      ...["--suppress-outputs", "--yes", "--target", "urn"],
    ]);
  });

  it("say which environments there are", () => {
    assert.throws(
      () => pulumiArguments(project, "test", []),
      /there is no environment "test": write one of dev, prod, or add Pulumi\.test\.yaml/,
    );
  });

  it("run no environment without policies of its own", () => {
    assert.throws(() => pulumiArguments(project, "prod", []), /policies\/config\/prod\.json is missing/);
  });
});
