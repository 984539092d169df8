import { Service, type ServiceArgs, type TaskDefinition } from "@pulumi/aws/ecs";
import * as pulumi from "@pulumi/pulumi";
import { defaultVpc } from "./defaultVpc";
import { FargateTaskDefinition } from "./fargateTaskDefinition";
import { block, type Inputs, refuseForeign } from "./inputs";
import { openSecurityGroup } from "./openSecurityGroup";

const type = "awsx:ecs:FargateService";
/** Arguments passed to the service unchanged. */
const passedOn = [
  "cluster",
  "deploymentCircuitBreaker",
  "deploymentMaximumPercent",
  "deploymentMinimumHealthyPercent",
  "enableExecuteCommand",
  "healthCheckGracePeriodSeconds",
  "name",
  "region",
  "tags",
];
const supported = [
  ...passedOn,
  "assignPublicIp",
  "continueBeforeSteadyState",
  "desiredCount",
  "loadBalancers",
  "networkConfiguration",
  "taskDefinition",
  "taskDefinitionArgs",
];

/** awsx's Fargate service, with its task definition and, in the default VPC, an open security group. */
export class FargateService extends pulumi.ComponentResource {
  readonly service: Service;
  readonly taskDefinition: TaskDefinition | undefined;

  constructor(name: string, inputs: Inputs, opts: pulumi.ComponentResourceOptions) {
    refuseForeign(type, inputs, supported);
    const definition = block(inputs, "taskDefinitionArgs");
    if ((definition === undefined) === (inputs["taskDefinition"] === undefined)) {
      throw new Error(`${type}: exactly one of [taskDefinition] or [taskDefinitionArgs] must be provided`);
    }
    super(type, name, {}, opts);
    const task = definition && new FargateTaskDefinition(name, definition, { parent: this });
    this.taskDefinition = task?.taskDefinition;
    this.service = new Service(
      name,
      {
        ...Object.fromEntries(passedOn.filter((key) => inputs[key] !== undefined).map((key) => [key, inputs[key]])),
        launchType: "FARGATE",
        desiredCount: (inputs["desiredCount"] as pulumi.Input<number> | undefined) ?? 1,
        loadBalancers: (inputs["loadBalancers"] as ServiceArgs["loadBalancers"]) ?? task?.targets,
        networkConfiguration:
          (inputs["networkConfiguration"] as ServiceArgs["networkConfiguration"]) ?? this.defaultNetwork(name, inputs),
        taskDefinition: task?.taskDefinition.arn ?? (inputs["taskDefinition"] as pulumi.Input<string>),
        waitForSteadyState: pulumi
          .output(inputs["continueBeforeSteadyState"] as pulumi.Input<boolean> | undefined)
          .apply((continueBefore) => continueBefore !== true),
      },
      { parent: this },
    );
    this.registerOutputs(this.state());
  }

  state(): pulumi.Inputs {
    return { service: this.service, taskDefinition: this.taskDefinition };
  }

  private defaultNetwork(name: string, inputs: Inputs): ServiceArgs["networkConfiguration"] {
    const { vpcId, subnetIds } = defaultVpc(this);
    const group = openSecurityGroup(`${name}-sg`, vpcId, inputs["region"] as pulumi.Input<string> | undefined, this);
    return {
      assignPublicIp: (inputs["assignPublicIp"] as pulumi.Input<boolean> | undefined) ?? false,
      securityGroups: [group.id],
      subnets: subnetIds,
    };
  }
}
