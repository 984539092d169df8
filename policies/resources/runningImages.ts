import { parsedJson } from "../engine/parsedJson";
import type { Subject } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import { resourceTypes } from "./resourceTypes";

/** An image that a resource runs. */
export interface ImageUse {
  path: string;
  /** As written: a reference, `undefined`, or an Unknown. */
  image: unknown;
  /** The top-level property that contains it. */
  property: string;
}

const podImages = [
  ...["initContainers", "containers", "ephemeralContainers"].map((containers) => `${containers}[].image`),
  // An image volume.
  "volumes[].image.reference",
];

/** Kubernetes workloads by API version, and where each has its pod spec. */
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

/** The containers of a Batch job, or of each node of a multi-node job. */
const batchTasks = [
  "ecsProperties.taskProperties[].containers[].image",
  ...podImages.map((image) => `eksProperties.podProperties.${image}`),
];

/** Each type that runs images, and the paths where it names them; `[]` means every entry of a list. */
const imagePaths: Readonly<Record<string, readonly string[]>> = {
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
          // A Patch resource changes an existing object by server-side apply.
          ["", "Patch", "List"].map((ending) => [
            `kubernetes:${api}:${kind}${ending}`,
            podImages.map((image) => `${ending === "List" ? "items[]." : ""}${pod}.${image}`),
          ]),
        ),
      ),
    ),
  ),
};

export const runningTypes: readonly string[] = Object.keys(imagePaths);

/** The images that a resource runs; each unknown value is listed once. */
export function imagesRunBy(resource: Subject): ImageUse[] {
  const found = new Map<string, ImageUse>();
  for (const imagePath of imagePaths[resource.type] ?? []) {
    const [property = "", ...steps] = imagePath.replaceAll("[]", ".[]").split(".");
    for (const { path, value } of follow(resource.read(property), property, steps)) {
      found.set(path, { path, image: value, property });
    }
  }
  return [...found.values()];
}

interface PathValue {
  path: string;
  value: unknown;
}

/** The values at the end of a path, or the unknown value that it stops at. */
function follow(value: unknown, path: string, [step, ...rest]: readonly string[]): PathValue[] {
  if (value instanceof Unknown || step === undefined) {
    return [{ path, value }];
  }
  // Some resources take their containers as a JSON string.
  const here = parsedJson(value);
  if (step === "[]") {
    return (Array.isArray(here) ? here : []).flatMap((each, index) => follow(each, `${path}[${index}]`, rest));
  }
  return follow(propertyOf(here, step), `${path}.${step}`, rest);
}

/** The AWS provider reads JSON as Go does, which accepts `Image` for `image`. */
function propertyOf(value: unknown, name: string): unknown {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return entries.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}
