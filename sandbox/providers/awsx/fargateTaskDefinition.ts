import { createHash } from "node:crypto";
import { LogGroup, type LogGroupArgs } from "@pulumi/aws/cloudwatch";
import { TaskDefinition, type TaskDefinitionArgs } from "@pulumi/aws/ecs";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import { Role, RolePolicyAttachment } from "@pulumi/aws/iam";
import type { TargetGroup } from "@pulumi/aws/lb";
import * as pulumi from "@pulumi/pulumi";
import { block, type Inputs, refuseForeign } from "./inputs";

const type = "awsx:ecs:FargateTaskDefinition";
const executionPolicy = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";
/** The size of a task whose containers request nothing: the smallest Fargate offers. */
const smallest = { cpu: 256, memory: 512 };
const supported = [
  "container",
  "containers",
  "cpu",
  "executionRole",
  "family",
  "logGroup",
  "memory",
  "region",
  "runtimePlatform",
  "tags",
  "taskRole",
];

interface Container {
  cpu?: number;
  memory?: number;
  portMappings?: PortMapping[];
  name?: string;
  logConfiguration?: unknown;
}

interface PortMapping {
  containerPort?: number;
  hostPort?: number;
  targetGroup?: TargetGroup;
}

/** A load balancer's target group and the container port it sends requests to. */
export interface Target {
  containerName: pulumi.Input<string>;
  containerPort: pulumi.Input<number>;
  targetGroupArn: pulumi.Input<string>;
}

/** awsx's Fargate task definition: a log group, execution role, and task role unless they are given or skipped. */
export class FargateTaskDefinition extends pulumi.ComponentResource {
  readonly taskDefinition: TaskDefinition;
  /** The service's load balancer registrations: the port mappings that name a target group. */
  readonly targets: pulumi.Output<Target[]>;

  constructor(name: string, inputs: Inputs, opts: pulumi.ComponentResourceOptions) {
    refuseForeign(type, inputs, supported);
    super(type, name, {}, opts);
    const containers = this.containers(name, inputs);
    this.targets = containers.apply(targetsOf);
    const size = (key: "cpu" | "memory") =>
      (inputs[key] as pulumi.Input<string> | undefined) ??
      containers.apply((all) =>
        String(
          Math.max(
            smallest[key],
            all.reduce((sum, each) => sum + (each[key] ?? 0), 0),
          ),
        ),
      );
    const definitions = pulumi.jsonStringify(containers.apply((all) => all.map(definitionOf)));
    this.taskDefinition = new TaskDefinition(
      name,
      {
        family:
          (inputs["family"] as pulumi.Input<string> | undefined) ??
          definitions.apply((text) => `${name}-${shortHash(pulumi.getStack() + text)}`),
        containerDefinitions: definitions,
        cpu: size("cpu"),
        memory: size("memory"),
        networkMode: "awsvpc",
        requiresCompatibilities: ["FARGATE"],
        executionRoleArn: this.role(`${name}-execution`, inputs, "executionRole", [executionPolicy]),
        taskRoleArn: this.role(`${name}-task`, inputs, "taskRole", []),
        runtimePlatform: inputs["runtimePlatform"] as TaskDefinitionArgs["runtimePlatform"],
        region: inputs["region"] as pulumi.Input<string> | undefined,
        tags: inputs["tags"] as TaskDefinitionArgs["tags"],
      },
      { parent: this },
    );
    this.registerOutputs({ taskDefinition: this.taskDefinition });
  }

  /** The containers with their log configuration. */
  private containers(name: string, inputs: Inputs): pulumi.Output<Container[]> {
    const one = block(inputs, "container");
    const several = block(inputs, "containers");
    if ((one === undefined) === (several === undefined)) {
      throw new Error(`${type}: exactly one of [container] or [containers] must be provided`);
    }
    const named: Record<string, unknown> = several ?? { container: one };
    const group = this.logs(name, inputs);
    return pulumi.all([pulumi.output(named), group?.name, group?.region]).apply(([all, logName, region]) =>
      Object.entries(all as Record<string, Container>).map(([key, container]) => {
        const containerName = container.name ?? key;
        return {
          ...container,
          name: containerName,
          ...(logName !== undefined &&
            container.logConfiguration === undefined && {
              logConfiguration: {
                logDriver: "awslogs",
                options: {
                  "awslogs-group": logName,
                  "awslogs-region": region,
                  "awslogs-stream-prefix": containerName,
                },
              },
            }),
        };
      }),
    );
  }

  private logs(name: string, inputs: Inputs) {
    const settings = block(inputs, "logGroup") ?? {};
    refuseForeign(`${type} logGroup`, settings, ["args", "existing", "skip"]);
    if (settings["skip"] === true) return undefined;
    const existing = block(settings, "existing");
    if (existing) {
      return {
        name: existing["name"] as pulumi.Input<string>,
        region:
          (existing["region"] as pulumi.Input<string> | undefined) ?? getRegionOutput({}, { parent: this }).region,
      };
    }
    const group = new LogGroup(name, (block(settings, "args") ?? {}) as LogGroupArgs, { parent: this });
    return { name: group.name, region: group.region };
  }

  private role(
    name: string,
    inputs: Inputs,
    key: "executionRole" | "taskRole",
    policies: readonly string[],
  ): pulumi.Input<string> | undefined {
    const settings = block(inputs, key) ?? {};
    refuseForeign(`${type} ${key}`, settings, ["roleArn", "skip"]);
    if (settings["skip"] === true) return undefined;
    if (settings["roleArn"] !== undefined) return settings["roleArn"] as pulumi.Input<string>;
    const role = new Role(
      name,
      {
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Action: "sts:AssumeRole", Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" } }],
        }),
      },
      { parent: this },
    );
    for (const policyArn of policies) {
      new RolePolicyAttachment(`${name}-${shortHash(policyArn)}`, { policyArn, role: role.name }, { parent: this });
    }
    return role.arn;
  }
}

function targetsOf(containers: readonly Container[]): Target[] {
  return containers.flatMap((container) =>
    (container.portMappings ?? []).flatMap(({ containerPort, targetGroup }) =>
      targetGroup === undefined
        ? []
        : [
            {
              containerName: container.name ?? "",
              containerPort: containerPort ?? 80,
              targetGroupArn: targetGroup.arn,
            },
          ],
    ),
  );
}

/** A container definition for ECS: without target groups, which belong to the service, and with host ports. */
function definitionOf(container: Container) {
  const { portMappings, ...rest } = container;
  return {
    ...rest,
    ...(portMappings && {
      portMappings: portMappings.map(({ targetGroup: _, ...mapping }) => ({
        ...mapping,
        hostPort: mapping.hostPort ?? mapping.containerPort,
      })),
    }),
  };
}

/** The first eight digits of the SHA-1, as awsx adds them to names. */
function shortHash(text: string): string {
  return createHash("sha1").update(text).digest("hex").slice(0, 8);
}
