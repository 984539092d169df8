import { parsedJson } from "./json";
import { resourceTypes } from "./resources";
import type { Subject } from "./rule";
import { Unknown } from "./unknowns";

/** An image that a resource runs. */
export interface Use {
  path: string;
  /** As it is written: a reference, nothing, or an Unknown. */
  image: unknown;
  /** The property at the top that it is part of. */
  property: string;
}

const podImages = [
  ...["initContainers", "containers", "ephemeralContainers"].map((containers) => `${containers}[].image`),
  // A volume of an image's files.
  "volumes[].image.reference",
];

/** Kubernetes' workloads by the API that has them, and where each describes its pods. */
const workloads: readonly (readonly [apis: readonly string[], pods: Readonly<Record<string, string>>])[] = [
  [["core/v1"], { Pod: "spec", PodTemplate: "template.spec", ReplicationController: "spec.template.spec" }],
  [
    ["apps/v1", "apps/v1beta1", "apps/v1beta2", "extensions/v1beta1"],
    {
      Deployment: "spec.template.spec",
      ReplicaSet: "spec.template.spec",
      StatefulSet: "spec.template.spec",
      DaemonSet: "spec.template.spec",
    },
  ],
  [
    ["batch/v1", "batch/v1beta1", "batch/v2alpha1"],
    { Job: "spec.template.spec", CronJob: "spec.jobTemplate.spec.template.spec" },
  ],
];

/** What a job of Batch is, and each node of one on several nodes. */
const batchTasks = [
  "ecsProperties.taskProperties[].containers[].image",
  ...podImages.map((image) => `eksProperties.podProperties.${image}`),
];

/** Each type that runs images and where it names them: `[]` stands for every entry of a list. */
const places: Readonly<Record<string, readonly string[]>> = {
  [resourceTypes.taskDefinition]: ["containerDefinitions[].image"],
  [resourceTypes.function]: ["imageUri"],
  [resourceTypes.appRunnerService]: ["sourceConfiguration.imageRepository.imageIdentifier"],
  [resourceTypes.batchJob]: [
    "containerProperties.image",
    ...batchTasks,
    "nodeProperties.nodeRangeProperties[].container.image",
    ...batchTasks.map((task) => `nodeProperties.nodeRangeProperties[].${task}`),
  ],
  [resourceTypes.codeBuildProject]: ["environment.image"],
  [resourceTypes.sageMakerModel]: ["primaryContainer.image", "containers[].image"],
  "aws:sagemaker/trainingJob:TrainingJob": ["algorithmSpecification.trainingImage"],
  "aws:sagemaker/hyperParameterTuningJob:HyperParameterTuningJob": [
    "trainingJobDefinition.algorithmSpecification.trainingImage",
    "trainingJobDefinitions[].algorithmSpecification.trainingImage",
  ],
  "aws:sagemaker/algorithm:Algorithm": [
    "trainingSpecification.trainingImage",
    "inferenceSpecification.containers[].image",
  ],
  "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition": ["dataQualityAppSpecification.imageUri"],
  "aws:sagemaker/monitoringSchedule:MonitoringSchedule": [
    "monitoringScheduleConfig.monitoringJobDefinition.monitoringAppSpecification.imageUri",
  ],
  "aws:sagemaker/imageVersion:ImageVersion": ["baseImage"],
  "aws:ecs/expressGatewayService:ExpressGatewayService": ["primaryContainer.image"],
  "aws:ecs/daemonTaskDefinition:DaemonTaskDefinition": ["containerDefinitions[].image"],
  "aws:emrserverless/application:Application": ["imageConfiguration.imageUri"],
  "aws:bedrock/agentcoreAgentRuntime:AgentcoreAgentRuntime": [
    "agentRuntimeArtifact.containerConfiguration.containerUri",
  ],
  "aws:bedrock/agentcoreHarness:AgentcoreHarness": ["environmentArtifact.containerConfiguration.containerUri"],
  "aws:lightsail/containerServiceDeploymentVersion:ContainerServiceDeploymentVersion": ["containers[].image"],
  ...Object.fromEntries(
    workloads.flatMap(([apis, pods]) =>
      apis.flatMap((api) =>
        Object.entries(pods).flatMap(([kind, pod]) =>
          // A Patch is server-side apply's: it changes what is there.
          ["", "Patch", "List"].map((ending) => [
            `kubernetes:${api}:${kind}${ending}`,
            podImages.map((image) => `${ending === "List" ? "items[]." : ""}${pod}.${image}`),
          ]),
        ),
      ),
    ),
  ),
};

/** Types of resources that run images. */
export const runningTypes: readonly string[] = Object.keys(places);

/** The images that a resource runs, and once each what of them is not known. */
export function imagesRunBy(resource: Subject): Use[] {
  const found = new Map<string, Use>();
  for (const place of places[resource.type] ?? []) {
    const [property = "", ...steps] = place.replaceAll("[]", ".[]").split(".");
    for (const { path, value } of follow(resource.read(property), property, steps)) {
      found.set(path, { path, image: value, property });
    }
  }
  return [...found.values()];
}

interface Place {
  path: string;
  value: unknown;
}

/** The values at the end of a way, or where it ends in something that is not known. */
function follow(value: unknown, path: string, [step, ...rest]: readonly string[]): Place[] {
  if (value instanceof Unknown || step === undefined) {
    return [{ path, value }];
  }
  // Some resources take their containers as JSON text.
  const here = parsedJson(value);
  if (step === "[]") {
    return (Array.isArray(here) ? here : []).flatMap((each, index) => follow(each, `${path}[${index}]`, rest));
  }
  return follow(propertyOf(here, step), `${path}.${step}`, rest);
}

/** The AWS provider reads JSON as Go does, which takes `Image` for `image`. */
function propertyOf(value: unknown, name: string): unknown {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return entries.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}
