import * as assert from "node:assert/strict";
import * as path from "node:path";
import { parseAllDocuments } from "yaml";
import { installPythonPackage } from "../../../sandbox/system/pythonPackage";
import { TestProject } from "../program/project";
import { Consumer } from "./consumer";

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } }],
});

describe("consumers/eks: pull permissions of the nodes, and a manifest by digest", function () {
  this.timeout(900_000);
  let project: TestProject;
  let consumer: Consumer;
  /** The output of the documented commands, which ends with the manifest. */
  let printed: string;

  before(async () => {
    project = new TestProject();
    consumer = new Consumer(project, "eks");
    await project.init();
    await project.up();
    await project.must(
      ...["aws", "iam", "create-role", "--role-name", "petclinic-nodes", "--assume-role-policy-document", trust],
    );
    printed = await consumer.runDocumented(0);
  });
  after(() => project?.remove());

  it("lets the nodes pull from this repository only", async () => {
    const { PolicyNames } = await project.aws<{ PolicyNames: string[] }>(
      ...["iam", "list-role-policies", "--role-name", "petclinic-nodes"],
    );
    const { PolicyDocument } = await project.aws<{ PolicyDocument: unknown }>(
      ...["iam", "get-role-policy", "--role-name", "petclinic-nodes", "--policy-name", PolicyNames[0] ?? ""],
    );
    const { privateRepositories } = await project.outputs();
    assert.deepEqual(PolicyDocument, JSON.parse(privateRepositories["petclinic"]?.pullPolicy ?? ""));
    assert.match(
      JSON.stringify(PolicyDocument),
      new RegExp(`"Resource":\\["${privateRepositories["petclinic"]?.arn}"\\]`),
    );
  });

  it("writes a manifest that Kubernetes accepts, with the image by digest", async () => {
    const { manifest } = await consumer.outputs<{ manifest: string }>();
    const { images } = await project.outputs();
    const [deployment, service] = parseAllDocuments(manifest).map((each) => each.toJS()) as [Deployment, object];
    assert.equal(deployment.spec.template.spec.containers[0]?.image, images["petclinic"]?.reference);
    assert.match(images["petclinic"]?.reference ?? "", /@sha256:[0-9a-f]{64}$/);
    assert.ok(service);
    assert.ok(printed.trimEnd().endsWith(manifest.trimEnd()));

    project.write("manifest.yaml", manifest);
    const validate = await installPythonPackage({ name: "kubernetes-validate" }, () => {});
    const file = path.join(project.directory, "manifest.yaml");
    await project.must(validate, "--strict", file);
    project.edit("manifest.yaml", "containerPort: 8080", 'containerPort: "8080"');
    assert.notEqual((await project.run(validate, ["--strict", file])).code, 0);
  });
});

interface Deployment {
  spec: { template: { spec: { containers: { image: string }[] } } };
}
