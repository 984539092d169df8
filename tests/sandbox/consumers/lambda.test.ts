import * as assert from "node:assert/strict";
import * as path from "node:path";
import { TestProject } from "../program/project";
import { Consumer } from "./consumer";

describe("consumers/lambda: an image as a function", function () {
  this.timeout(900_000);
  let project: TestProject;
  let consumer: Consumer;

  before(async () => {
    project = new TestProject();
    consumer = new Consumer(project, "lambda");
    const salt = project
      .read("Pulumi.local.yaml")
      .split("\n")
      .find((line) => line.startsWith("encryptionsalt"));
    project.write(
      "Pulumi.local.yaml",
      `${salt}
config:
  aws:region: ap-northeast-2
  ecr:privateRepositories:
    visits:
      forceDelete: true
      access: { lambdaPull: ["${project.account}"] }
  ecr:images:
    visits:
      context: consumers/lambda/function
      repositories: [private/visits]
      args: { NODE_IMAGE: "sandbox.local/node:22" }
`,
    );
    await project.init();
    await consumer.init();
    await project.up();
    await consumer.up();
  });
  after(async () => {
    await consumer?.destroy();
    project?.remove();
  });

  it("runs the image by digest, and the repository policy lets Lambda pull it", async () => {
    const { images } = await project.outputs();
    const { reference } = await consumer.outputs<{ reference: string }>();
    assert.equal(reference, images["visits"]?.reference);
    const { Code } = await project.aws<{ Code: { ImageUri: string } }>(
      ...["lambda", "get-function", "--function-name", "visits"],
    );
    assert.equal(Code.ImageUri, reference);
    const { policyText } = await project.aws<{ policyText: string }>(
      ...["ecr", "get-repository-policy", "--repository-name", "visits"],
    );
    const { Statement } = JSON.parse(policyText) as { Statement: { Principal: { Service?: string[] } }[] };
    assert.ok(
      Statement.some(({ Principal }) => Principal.Service?.includes("lambda.amazonaws.com")),
      policyText,
    );
  });

  it("returns a result, and rejects an invalid event with a reason", async () => {
    const invoke = async (event: object) => {
      const file = path.join(project.directory, "answer.json");
      await project.must(
        ...([
          "aws",
          "lambda",
          "invoke",
          "--function-name",
          "visits",
          "--payload",
          JSON.stringify(event),
          file,
        ] as const),
      );
      return JSON.parse(project.read("answer.json")) as Record<string, string>;
    };
    assert.deepEqual(await invoke({ pet: "Leo", reason: "vaccination", lastVisit: "2026-01-31" }), {
      pet: "Leo",
      reason: "vaccination",
      nextVisit: "2027-01-31",
    });
    assert.match((await invoke({ lastVisit: "soon" }))["errorMessage"] ?? "", /lastVisit: "soon": write a date/);
  });
});
