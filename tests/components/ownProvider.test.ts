import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { ownProviderFault } from "../../components/images/ownProvider";
import { removeTemporary, temporaryDirectory } from "../sandbox/temporary";

describe("provider for a program's images", () => {
  const before = { PATH: process.env["PATH"], PULUMI_HOME: process.env["PULUMI_HOME"] };
  let root: string;

  beforeEach(() => {
    root = temporaryDirectory();
    process.env["PATH"] = path.join(root, "bin");
    process.env["PULUMI_HOME"] = path.join(root, "home");
  });
  afterEach(() => {
    Object.assign(process.env, before);
    if (before.PULUMI_HOME === undefined) delete process.env["PULUMI_HOME"];
    removeTemporary();
  });

  const write = (file: string, content = "") => {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), content);
  };
  const named = (place: string) =>
    `name: shop\nruntime: nodejs\nplugins: { providers: [{ name: other, path: ./o }, { name: ecr, path: ${place} }] }\n`;

  it("is found by the path in Pulumi.yaml, as a program or by its PulumiPlugin.yaml", () => {
    for (const file of ["pulumi-resource-ecr", "pulumi-resource-ecr.exe", "PulumiPlugin.yaml"]) {
      write("Pulumi.yaml", named(`./${file}.d`));
      write(`${file}.d/${file}`);
      assert.equal(ownProviderFault(root), undefined, file);
    }
  });

  it("is found as a package in Pulumi.yml, among Pulumi's plugins and on PATH", () => {
    write("Pulumi.yml", "name: shop\nruntime: nodejs\n");
    assert.match(ownProviderFault(root) ?? "", /^Pulumi\.yml: plugins\.providers has no provider "ecr"/);
    write("bin/pulumi-resource-ecr");
    assert.equal(ownProviderFault(root), undefined);
    fs.rmSync(path.join(root, "bin"), { recursive: true });
    write("home/plugins/resource-ecr-v0.1.0/pulumi-resource-ecr");
    assert.equal(ownProviderFault(root), undefined);
    fs.rmSync(path.join(root, "home"), { recursive: true });
    assert.notEqual(ownProviderFault(root), undefined);
    write("Pulumi.yml", "name: shop\nruntime: nodejs\npackages: { ecr: ./ecr }\n");
    assert.equal(ownProviderFault(root), undefined);
  });

  it("gives a fault with the lines to write if it is not named", () => {
    write("Pulumi.yaml", "name: shop\nruntime: nodejs\n");
    assert.equal(
      ownProviderFault(root),
      `Pulumi.yaml: plugins.providers has no provider "ecr". It copies the images of this program. Write:

plugins:
  providers:
    - name: ecr
      path: ./node_modules/ecr-components/provider
`,
    );
  });

  it("gives a fault with its path if it is named but missing", () => {
    write("Pulumi.yaml", named("./node_modules/ecr-components/provider"));
    assert.match(
      ownProviderFault(root) ?? "",
      /found "\.\/node_modules\/ecr-components\/provider" as the path of "ecr", which has no pulumi-resource-ecr\. .* Run npm install/,
    );
  });

  it("is not required outside a project, where a plugin for other languages has already been found", () => {
    assert.equal(ownProviderFault(root), undefined);
  });
});
