import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  type LaunchType,
  type NetworkConfiguration,
  type Service,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { asString, asStrings, isMap, type PropertyMap, type PropertyValue } from "../../../../provider/protocol/values";
import type { Schema } from "../../protocol/schema";
import { regionAndTags } from "../commonSchema";
import { deleteUnlessGone, step, undefinedIfGone } from "../operations";
import { type AwsResource, asMaps, type Scope } from "../resource";
import { send } from "../send";
import { tagState } from "../tags";
import { ecsCaller } from "./ecsClient";
import { ecsTags, fromEcsTags, updateEcsTags } from "./ecsTags";

/** The released provider waits 20 minutes for a service; a local container starts within seconds or never. */
const steadyStateSeconds = 120;

const loadBalancer: Schema = {
  containerName: { type: "string", required: true },
  containerPort: { type: "number", required: true },
  targetGroupArn: { type: "string" },
};
const network: Schema = {
  assignPublicIp: { type: "boolean", default: false },
  securityGroups: { type: "stringSet" },
  subnets: { type: "stringSet", required: true },
};

/** As in the Terraform AWS provider 6.x (internal/service/ecs/service.go); the ID is the service's ARN. */
export const ecsService: AwsResource = {
  type: "aws:ecs/service:Service",
  naming: { property: "name", transform: (name) => name },
  schema: {
    ...regionAndTags,
    arn: { type: "string", output: true },
    cluster: { type: "string", computed: true, replace: true, equal: sameCluster },
    deploymentCircuitBreaker: {
      type: { object: { enable: { type: "boolean", required: true }, rollback: { type: "boolean", required: true } } },
    },
    deploymentMaximumPercent: { type: "number", default: 200 },
    deploymentMinimumHealthyPercent: { type: "number", default: 100 },
    desiredCount: { type: "number" },
    enableExecuteCommand: { type: "boolean" },
    healthCheckGracePeriodSeconds: { type: "number" },
    launchType: { type: "string", computed: true, replace: true, values: ["EC2", "FARGATE", "EXTERNAL"] },
    loadBalancers: { type: { list: { type: { object: loadBalancer } } } },
    name: { type: "string", replace: true },
    networkConfiguration: { type: { object: network } },
    taskDefinition: { type: "string", equal: sameTaskDefinition },
    waitForSteadyState: { type: "boolean", default: false },
  },

  async create(inputs, scope) {
    const name = String(inputs["name"]);
    return step(`creating ECS Service (${name})`, async () => {
      const { service } = await send(
        ecsCaller(scope),
        new CreateServiceCommand({
          ...settings(inputs),
          serviceName: name,
          cluster: asString(inputs["cluster"]),
          launchType: asString(inputs["launchType"]) as LaunchType | undefined,
          loadBalancers: asMaps(inputs["loadBalancers"]).map((each) => ({
            containerName: String(each["containerName"]),
            containerPort: Number(each["containerPort"]),
            targetGroupArn: asString(each["targetGroupArn"]),
          })),
          tags: ecsTags(inputs["tagsAll"]),
        }),
      );
      const arn = service?.serviceArn ?? name;
      if (inputs["waitForSteadyState"] === true) await waitUntilSteady(arn, inputs, scope);
      return arn;
    });
  },

  async read(id, known, scope) {
    const service = await step(`reading ECS Service (${id})`, () => find(id, known["cluster"], scope));
    return (
      service && {
        arn: service.serviceArn ?? id,
        cluster: service.clusterArn ?? "",
        deploymentMaximumPercent: service.deploymentConfiguration?.maximumPercent ?? 200,
        deploymentMinimumHealthyPercent: service.deploymentConfiguration?.minimumHealthyPercent ?? 100,
        desiredCount: service.desiredCount ?? 0,
        launchType: service.launchType ?? "EC2",
        loadBalancers: (service.loadBalancers ?? []).map((each) => ({
          containerName: each.containerName ?? "",
          containerPort: each.containerPort ?? 0,
          targetGroupArn: each.targetGroupArn ?? "",
        })),
        name: service.serviceName ?? "",
        ...networkState(service.networkConfiguration),
        taskDefinition: service.taskDefinition ?? "",
        ...tagState(fromEcsTags(service.tags), known, scope.connection.settings),
      }
    );
  },

  async update(id, olds, news, changed, scope) {
    const plain = ["tags", "tagsAll", "waitForSteadyState"];
    if (Object.keys(news).some((key) => changed(key) && !plain.includes(key))) {
      await step(`updating ECS Service (${id})`, async () => {
        await send(
          ecsCaller(scope),
          new UpdateServiceCommand({ ...settings(news), service: id, cluster: asString(olds["cluster"]) }),
        );
        if (news["waitForSteadyState"] === true) await waitUntilSteady(id, news, scope);
      });
    }
    await updateEcsTags(id, olds, news, scope);
  },

  async delete(id, outputs, scope) {
    // Stops running tasks as well; the released provider sets the count to 0 first.
    await deleteUnlessGone(`ECS Service (${id})`, ["ServiceNotFoundException", "ClusterNotFoundException"], () =>
      send(
        ecsCaller(scope),
        new DeleteServiceCommand({ service: id, cluster: asString(outputs["cluster"]), force: true }),
      ),
    );
  },
};

/** Inputs shared by create and update. */
function settings(inputs: PropertyMap) {
  const breaker = inputs["deploymentCircuitBreaker"];
  return {
    taskDefinition: asString(inputs["taskDefinition"]),
    desiredCount: typeof inputs["desiredCount"] === "number" ? inputs["desiredCount"] : 0,
    deploymentConfiguration: {
      maximumPercent: Number(inputs["deploymentMaximumPercent"]),
      minimumHealthyPercent: Number(inputs["deploymentMinimumHealthyPercent"]),
      ...(isMap(breaker) && {
        deploymentCircuitBreaker: { enable: breaker["enable"] === true, rollback: breaker["rollback"] === true },
      }),
    },
    enableExecuteCommand: inputs["enableExecuteCommand"] === true,
    healthCheckGracePeriodSeconds:
      typeof inputs["healthCheckGracePeriodSeconds"] === "number" ? inputs["healthCheckGracePeriodSeconds"] : undefined,
    networkConfiguration: networkOf(inputs["networkConfiguration"]),
  };
}

function networkOf(configuration: PropertyValue | undefined): NetworkConfiguration | undefined {
  if (!isMap(configuration)) return undefined;
  return {
    awsvpcConfiguration: {
      subnets: asStrings(configuration["subnets"]),
      securityGroups: asStrings(configuration["securityGroups"]),
      assignPublicIp: configuration["assignPublicIp"] === true ? "ENABLED" : "DISABLED",
    },
  };
}

function networkState(configuration: NetworkConfiguration | undefined): PropertyMap {
  const found = configuration?.awsvpcConfiguration;
  if (!found) return {};
  return {
    networkConfiguration: {
      assignPublicIp: found.assignPublicIp === "ENABLED",
      securityGroups: found.securityGroups ?? [],
      subnets: found.subnets ?? [],
    },
  };
}

async function find(id: string, cluster: PropertyValue | undefined, scope: Scope): Promise<Service | undefined> {
  // arn:aws:ecs:<region>:<account>:service/<cluster>/<name>
  const owner = asString(cluster) ?? /:service\/([^/]+)\//.exec(id)?.[1];
  return undefinedIfGone(["ServiceNotFoundException", "ClusterNotFoundException"], async () => {
    const { services } = await send(
      ecsCaller(scope),
      new DescribeServicesCommand({ services: [id], cluster: owner, include: ["TAGS"] }),
    );
    return services?.find((each) => each.status !== "INACTIVE");
  });
}

/** Waits for the service's steady state: one deployment with the desired number of tasks. */
async function waitUntilSteady(id: string, inputs: PropertyMap, scope: Scope): Promise<void> {
  const deadline = Date.now() + steadyStateSeconds * 1000;
  for (;;) {
    const service = await find(id, inputs["cluster"], scope);
    if (!service) throw new Error("deleted while waiting for it");
    const deployments = service.deployments ?? [];
    if (deployments.length === 1 && service.runningCount === service.desiredCount) return;
    const failed = deployments.find((each) => each.status === "PRIMARY" && each.rolloutState === "FAILED");
    const last = service.events?.[0]?.message ?? "";
    if (failed) throw new Error(`the deployment failed: ${failed.rolloutStateReason ?? last}`);
    if (Date.now() > deadline) {
      throw new Error(
        `no steady state within ${steadyStateSeconds} seconds: ${service.runningCount} of ${service.desiredCount} tasks run` +
          `${last && `; ${last}`}; check the containers' logs, or set waitForSteadyState: false`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** A cluster may be specified by name or ARN. */
function sameCluster(left: PropertyValue, right: PropertyValue): boolean {
  const name = (value: PropertyValue) => String(value).replace(/^arn:.*:cluster\//, "");
  return name(left) === name(right);
}

/** A task definition may be specified as `family:revision` or ARN. */
function sameTaskDefinition(left: PropertyValue, right: PropertyValue): boolean {
  const name = (value: PropertyValue) => String(value).replace(/^arn:.*:task-definition\//, "");
  return name(left) === name(right);
}
