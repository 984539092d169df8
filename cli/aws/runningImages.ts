import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  type ECSClient,
  paginateListClusters,
  paginateListServices,
  paginateListTaskDefinitionFamilies,
  paginateListTasks,
} from "@aws-sdk/client-ecs";
import { GetFunctionCommand, type LambdaClient, paginateListFunctions } from "@aws-sdk/client-lambda";
import { type AwsClients, errorText } from "./clients";

/** An image reference in use in the account. */
export interface RunningImage {
  /** As written there: `<uri>:<tag>`, `<uri>@<digest>`. */
  reference: string;
  /** What runs it: `ECS task definition web:7`. */
  by: string;
}

export interface RunningImages {
  images: RunningImage[];
  /** Descriptions of what could not be queried. */
  unknown: string[];
}

/** Limit on the services in one request (ECS API, DescribeServices) and on the tasks (DescribeTasks). */
const servicesAtOnce = 10;
const tasksAtOnce = 100;

/**
 * The images that ECS and Lambda run in one region: task definitions of services with all their deployments, of running
 * tasks, and the newest of each active family; Lambda functions from images. A service that cannot be queried is
 * reported, but not as an error: a role that can read the registry often can read nothing else.
 */
export async function readRunningImages({ ecs, lambda }: AwsClients, region: string): Promise<RunningImages> {
  const results = await Promise.all([
    tryRead(`ECS in ${region}`, () => ecsImages(ecs)),
    tryRead(`Lambda in ${region}`, () => lambdaImages(lambda)),
  ]);
  return {
    images: results.flatMap(({ images }) => images),
    unknown: results.flatMap(({ unknown }) => unknown),
  };
}

async function tryRead(what: string, read: () => Promise<RunningImage[]>): Promise<RunningImages> {
  try {
    return { images: await read(), unknown: [] };
  } catch (error) {
    return { images: [], unknown: [`what runs on ${what}: ${errorText(error)}`] };
  }
}

async function ecsImages(ecs: ECSClient): Promise<RunningImage[]> {
  const definitions = new Set<string>();
  const images: RunningImage[] = [];
  for await (const { clusterArns = [] } of paginateListClusters({ client: ecs }, {})) {
    for (const cluster of clusterArns) {
      for (const arn of await serviceDefinitions(ecs, cluster)) {
        definitions.add(arn);
      }
      images.push(...(await taskImages(ecs, cluster)));
    }
  }
  for await (const { families = [] } of paginateListTaskDefinitionFamilies({ client: ecs }, { status: "ACTIVE" })) {
    for (const family of families) {
      definitions.add(family);
    }
  }
  const named = new Map<string, RunningImage>();
  for (const taskDefinition of definitions) {
    const answer = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    const { family, revision, containerDefinitions = [] } = answer.taskDefinition ?? {};
    for (const { image } of containerDefinitions) {
      const by = `ECS task definition ${family}:${revision}`;
      if (image !== undefined) {
        named.set(`${by} ${image}`, { reference: image, by });
      }
    }
  }
  return [...named.values(), ...images];
}

async function serviceDefinitions(ecs: ECSClient, cluster: string): Promise<string[]> {
  const definitions: string[] = [];
  for await (const { serviceArns = [] } of paginateListServices(
    { client: ecs, pageSize: servicesAtOnce },
    { cluster },
  )) {
    if (serviceArns.length > 0) {
      const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: serviceArns }));
      for (const { taskDefinition, deployments = [] } of services) {
        definitions.push(
          ...[taskDefinition, ...deployments.map((each) => each.taskDefinition)].filter((arn) => arn !== undefined),
        );
      }
    }
  }
  return definitions;
}

/** Running containers, by the digest they were started with: the tag may point to another image by now. */
async function taskImages(ecs: ECSClient, cluster: string): Promise<RunningImage[]> {
  const images: RunningImage[] = [];
  for await (const { taskArns = [] } of paginateListTasks({ client: ecs, pageSize: tasksAtOnce }, { cluster })) {
    if (taskArns.length > 0) {
      const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
      for (const { group, taskArn, containers = [] } of tasks) {
        for (const { image, imageDigest } of containers) {
          if (image !== undefined) {
            const reference = imageDigest === undefined ? image : `${withoutTag(image)}@${imageDigest}`;
            images.push({ reference, by: `ECS task ${taskArn?.split("/").at(-1)} (${group ?? "no group"})` });
          }
        }
      }
    }
  }
  return images;
}

/** Returns `host:5000/name:tag@digest` without tag and digest. */
function withoutTag(image: string): string {
  const place = image.split("@")[0] ?? "";
  const colon = place.indexOf(":", place.lastIndexOf("/") + 1);
  return colon < 0 ? place : place.slice(0, colon);
}

async function lambdaImages(lambda: LambdaClient): Promise<RunningImage[]> {
  const images: RunningImage[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client: lambda }, {})) {
    for (const { FunctionName, PackageType } of Functions) {
      if (PackageType === "Image") {
        const { Code } = await lambda.send(new GetFunctionCommand({ FunctionName }));
        // The function runs the digest its tag pointed to when it was deployed.
        const reference = Code?.ResolvedImageUri ?? Code?.ImageUri;
        if (reference !== undefined) {
          images.push({ reference, by: `Lambda function ${FunctionName}` });
        }
      }
    }
  }
  return images;
}
