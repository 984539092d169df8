import assert from "node:assert/strict";
import * as fs from "node:fs";
import { imageConsumers } from "../../../policies/images/imageConsumers";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import { runningTypes } from "../../../policies/resources/runningImages";
import { assertFails, assertPasses, assertUnjudged, judgeStack, type Props, unknownText } from "../harness";

const image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/petclinic:latest";
const judge = (type: string, props: Props) => judgeStack(imageConsumers, [{ type, name: "web", props }]);
const pod = { containers: [{ image }] };

describe("policies: images that resources run", () => {
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
  const more: [type: string, props: Props, at: string][] = [
    [
      batchJob,
      {
        nodeProperties: JSON.stringify({
          nodeRangeProperties: [{ ecsProperties: { taskProperties: [{ containers: [{ image }] }] } }],
        }),
      },
      "nodeProperties.nodeRangeProperties[0].ecsProperties.taskProperties[0].containers[0].image",
    ],
    [
      batchJob,
      { nodeProperties: JSON.stringify({ nodeRangeProperties: [{ eksProperties: { podProperties: pod } }] }) },
      "nodeProperties.nodeRangeProperties[0].eksProperties.podProperties.containers[0].image",
    ],
    [
      "aws:sagemaker/trainingJob:TrainingJob",
      { algorithmSpecification: { trainingImage: image } },
      "algorithmSpecification.trainingImage",
    ],
    [
      "aws:sagemaker/hyperParameterTuningJob:HyperParameterTuningJob",
      { trainingJobDefinitions: [{ algorithmSpecification: { trainingImage: image } }] },
      "trainingJobDefinitions[0].algorithmSpecification.trainingImage",
    ],
    [
      "aws:sagemaker/algorithm:Algorithm",
      { inferenceSpecification: pod },
      "inferenceSpecification.containers[0].image",
    ],
    [
      "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition",
      { dataQualityAppSpecification: { imageUri: image } },
      "dataQualityAppSpecification.imageUri",
    ],
    [
      "aws:sagemaker/monitoringSchedule:MonitoringSchedule",
      {
        monitoringScheduleConfig: { monitoringJobDefinition: { monitoringAppSpecification: { imageUri: image } } },
      },
      "monitoringScheduleConfig.monitoringJobDefinition.monitoringAppSpecification.imageUri",
    ],
    ["aws:sagemaker/imageVersion:ImageVersion", { baseImage: image }, "baseImage"],
    ["aws:ecs/expressGatewayService:ExpressGatewayService", { primaryContainer: { image } }, "primaryContainer.image"],
    [
      "aws:ecs/daemonTaskDefinition:DaemonTaskDefinition",
      { containerDefinitions: [{ image }] },
      "containerDefinitions[0].image",
    ],
    [
      "aws:emrserverless/application:Application",
      { imageConfiguration: { imageUri: image } },
      "imageConfiguration.imageUri",
    ],
    [
      "aws:bedrock/agentcoreAgentRuntime:AgentcoreAgentRuntime",
      { agentRuntimeArtifact: { containerConfiguration: { containerUri: image } } },
      "agentRuntimeArtifact.containerConfiguration.containerUri",
    ],
    [
      "aws:bedrock/agentcoreHarness:AgentcoreHarness",
      { environmentArtifact: { containerConfiguration: { containerUri: image } } },
      "environmentArtifact.containerConfiguration.containerUri",
    ],
    [
      "aws:lightsail/containerServiceDeploymentVersion:ContainerServiceDeploymentVersion",
      { containers: [{ image }] },
      "containers[0].image",
    ],
    [
      "kubernetes:core/v1:Pod",
      { spec: { volumes: [{ name: "files", image: { reference: image } }] } },
      "spec.volumes[0].image.reference",
    ],
    [
      "kubernetes:apps/v1:DeploymentList",
      { items: [{ spec: { template: { spec: pod } } }] },
      "items[0].spec.template.spec.containers[0].image",
    ],
  ];
  for (const [type, props, at] of [...uses, ...more]) {
    it(`are checked in ${type}, ${at}`, async () => {
      const verdict = await judge(type, props);
      assertFails(verdict, /the tag "latest" can move/);
      assert.ok(verdict.violations[0]?.startsWith(`${at}: `), verdict.violations[0]);
    });
  }

  it("include every image property of the AWS provider's resources", () => {
    const inputs = fs.readFileSync(require.resolve("@pulumi/aws/types/input.d.ts"), "utf8");
    const found: string[] = [];
    let name = "";
    for (const line of inputs.split("\n")) {
      name = /^ {4}interface (\w+)/.exec(line)?.[1] ?? name;
      if (/^ {8}(?:image|imageUri|containerUri|imageIdentifier|trainingImage)\??: pulumi\.Input<string/.test(line)) {
        found.push(name);
      }
    }
    // A new one must be added to the rule. ContainerRecipeInstanceConfiguration and ImageOutputResourceAmi are AMIs.
    assert.deepEqual(found.sort(), [
      "AgentcoreAgentRuntimeAgentRuntimeArtifactContainerConfiguration",
      "AgentcoreHarnessEnvironmentArtifactContainerConfiguration",
      "AlgorithmInferenceSpecificationContainer",
      "AlgorithmTrainingSpecification",
      "ApplicationImageConfiguration",
      "ContainerRecipeInstanceConfiguration",
      "ContainerServiceDeploymentVersionContainer",
      "DaemonTaskDefinitionContainerDefinition",
      "DataQualityJobDefinitionDataQualityAppSpecification",
      "ExpressGatewayServicePrimaryContainer",
      "HyperParameterTuningJobTrainingJobDefinitionAlgorithmSpecification",
      "ImageOutputResourceAmi",
      "JobDefinitionEksPropertiesPodPropertiesContainer",
      "JobDefinitionEksPropertiesPodPropertiesInitContainer",
      "ModelContainer",
      "ModelPrimaryContainer",
      "MonitoringScheduleMonitoringScheduleConfigMonitoringJobDefinitionMonitoringAppSpecification",
      "ProjectEnvironment",
      "ServiceSourceConfigurationImageRepository",
      "TrainingJobAlgorithmSpecification",
    ]);
  });

  it("are found with any capitalization of the JSON key, and with surrounding spaces", async () => {
    for (const container of [{ Image: image }, { IMAGE: image }, { image: ` ${image}\n` }]) {
      assertFails(
        await judge(taskDefinition, { containerDefinitions: JSON.stringify([container]) }),
        /^containerDefinitions\[0\]\.image: /,
      );
    }
  });

  it("are reported once when the description is not known", async () => {
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

  it("may be absent from resources of every type", async () => {
    assert.ok(runningTypes.length > 40);
    for (const type of runningTypes) {
      assertPasses(await judge(type, {}));
    }
    assertPasses(await judge(batchJob, { containerProperties: "{" }));
  });
});
