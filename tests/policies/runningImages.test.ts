import assert from "node:assert/strict";
import { imageConsumers } from "../../policies/consumers";
import { resourceTypes } from "../../policies/resources";
import { runningTypes } from "../../policies/runningImages";
import { assertFails, assertPasses, assertUnjudged, judgeStack, type Props, unknownText } from "./harness";

const image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/petclinic:latest";
const judge = (type: string, props: Props) => judgeStack(imageConsumers, [{ type, name: "web", props }]);
const pod = { containers: [{ image }] };

describe("policies: what runs images", () => {
  const { taskDefinition, appRunnerService, batchJob, codeBuildProject, sageMakerModel } = resourceTypes;
  const uses: [type: string, props: Props, at: string][] = [
    [
      appRunnerService,
      { sourceConfiguration: { imageRepository: { imageIdentifier: image } } },
      "sourceConfiguration.imageRepository.imageIdentifier",
    ],
    [batchJob, { containerProperties: JSON.stringify({ image }) }, "containerProperties.image"],
    [
      batchJob,
      { ecsProperties: JSON.stringify({ taskProperties: [{ containers: [{ image }] }] }) },
      "ecsProperties.taskProperties[0].containers[0].image",
    ],
    [
      batchJob,
      { nodeProperties: JSON.stringify({ nodeRangeProperties: [{ container: { image } }] }) },
      "nodeProperties.nodeRangeProperties[0].container.image",
    ],
    [batchJob, { eksProperties: { podProperties: pod } }, "eksProperties.podProperties.containers[0].image"],
    [codeBuildProject, { environment: { image } }, "environment.image"],
    [sageMakerModel, { primaryContainer: { image } }, "primaryContainer.image"],
    [sageMakerModel, { containers: [{ image }] }, "containers[0].image"],
    ["kubernetes:core/v1:PodTemplate", { template: { spec: pod } }, "template.spec.containers[0].image"],
    [
      "kubernetes:apps/v1:DeploymentPatch",
      { spec: { template: { spec: pod } } },
      "spec.template.spec.containers[0].image",
    ],
    [
      "kubernetes:apps/v1beta2:Deployment",
      { spec: { template: { spec: pod } } },
      "spec.template.spec.containers[0].image",
    ],
    [
      "kubernetes:batch/v1beta1:CronJob",
      { spec: { jobTemplate: { spec: { template: { spec: pod } } } } },
      "spec.jobTemplate.spec.template.spec.containers[0].image",
    ],
  ];
  for (const [type, props, at] of uses) {
    it(`is judged in ${type}, ${at}`, async () => {
      const verdict = await judge(type, props);
      assertFails(verdict, /the tag "latest" can move/);
      assert.ok(verdict.violations[0]?.startsWith(`${at}: `), verdict.violations[0]);
    });
  }

  it("is found however the JSON names it, and with spaces around it", async () => {
    for (const container of [{ Image: image }, { IMAGE: image }, { image: ` ${image}\n` }]) {
      assertFails(
        await judge(taskDefinition, { containerDefinitions: JSON.stringify([container]) }),
        /^containerDefinitions\[0\]\.image: /,
      );
    }
  });

  it("is told once where what describes it is not known", async () => {
    assertUnjudged(
      await judge("kubernetes:apps/v1:Deployment", { spec: unknownText }),
      /^spec, the image of [^.]* yet\./,
    );
    assertUnjudged(await judge(batchJob, { containerProperties: unknownText }), /^containerProperties, the image/);
    assertUnjudged(
      await judge(sageMakerModel, { primaryContainer: { image: unknownText } }),
      /^primaryContainer\.image/,
    );
  });

  it("passes resources of every type that run nothing", async () => {
    assert.ok(runningTypes.length > 40);
    for (const type of runningTypes) {
      assertPasses(await judge(type, {}));
    }
    assertPasses(await judge(batchJob, { containerProperties: "{" }));
  });
});
