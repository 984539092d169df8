import {
  CreateTargetGroupCommand,
  DeleteTargetGroupCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  type ProtocolEnum,
  type TargetGroup,
  type TargetTypeEnum,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { isMap, type PropertyMap, type PropertyValue } from "../../../../provider/protocol/values";
import type { Schema } from "../../protocol/schema";
import { regionAndTags } from "../commonSchema";
import { deleteUnlessGone, step, undefinedIfGone } from "../operations";
import type { AwsResource, Scope } from "../resource";
import { send } from "../send";
import { tagState } from "../tags";
import { elbCaller, elbTags, tagsOfArn, updateElbTags } from "./elasticLoadBalancingClient";
import { shortName } from "./names";

const healthCheck: Schema = {
  enabled: { type: "boolean", default: true },
  healthyThreshold: { type: "number", default: 3 },
  interval: { type: "number", default: 30 },
  matcher: { type: "string", computed: true },
  path: { type: "string", computed: true },
  port: { type: "string", default: "traffic-port" },
  protocol: { type: "string", default: "HTTP" },
  timeout: { type: "number", computed: true },
  unhealthyThreshold: { type: "number", default: 3 },
};

/** As in the Terraform AWS provider 6.x (internal/service/elbv2/target_group.go); the ID is the group's ARN. */
export const targetGroup: AwsResource = {
  type: "aws:lb/targetGroup:TargetGroup",
  naming: { property: "name", transform: shortName },
  schema: {
    ...regionAndTags,
    arn: { type: "string", output: true },
    arnSuffix: { type: "string", output: true },
    deregistrationDelay: { type: "number", default: 300 },
    healthCheck: { type: { object: healthCheck }, computed: true },
    name: { type: "string", replace: true },
    port: { type: "number", replace: true },
    protocol: { type: "string", replace: true },
    protocolVersion: { type: "string", computed: true, replace: true },
    targetType: { type: "string", default: "instance", replace: true, values: ["instance", "ip", "lambda", "alb"] },
    vpcId: { type: "string", replace: true },
  },

  async create(inputs, scope) {
    const name = String(inputs["name"]);
    return step(`creating ELBv2 Target Group (${name})`, async () => {
      const { TargetGroups } = await send(
        elbCaller(scope),
        new CreateTargetGroupCommand({
          ...healthCheckOf(inputs["healthCheck"]),
          Name: name,
          Port: typeof inputs["port"] === "number" ? inputs["port"] : undefined,
          Protocol: inputs["protocol"] as ProtocolEnum,
          TargetType: inputs["targetType"] as TargetTypeEnum,
          VpcId: typeof inputs["vpcId"] === "string" ? inputs["vpcId"] : undefined,
          Tags: elbTags(inputs["tagsAll"]),
        }),
      );
      const arn = TargetGroups?.[0]?.TargetGroupArn;
      if (arn === undefined) throw new Error("the service gave no ARN");
      await setDelay(arn, inputs, scope);
      return arn;
    });
  },

  async read(id, known, scope) {
    const group = await step(`reading ELBv2 Target Group (${id})`, () => find(id, scope));
    if (!group) return undefined;
    const { Attributes } = await send(
      elbCaller(scope),
      new DescribeTargetGroupAttributesCommand({ TargetGroupArn: id }),
    );
    const delay = Attributes?.find(({ Key }) => Key === delayAttribute)?.Value;
    return {
      arn: id,
      arnSuffix: id.replace(/^.*:(?=targetgroup\/)/, ""),
      deregistrationDelay: Number(delay ?? 300),
      healthCheck: healthCheckState(group),
      name: group.TargetGroupName ?? "",
      port: group.Port ?? 0,
      protocol: group.Protocol ?? "",
      protocolVersion: group.ProtocolVersion ?? "",
      targetType: group.TargetType ?? "",
      vpcId: group.VpcId ?? "",
      ...tagState(await tagsOfArn(id, scope), known, scope.connection.settings),
    };
  },

  async update(id, olds, news, changed, scope) {
    if (changed("healthCheck")) {
      await step(`modifying ELBv2 Target Group (${id})`, () =>
        send(
          elbCaller(scope),
          new ModifyTargetGroupCommand({ ...healthCheckOf(news["healthCheck"]), TargetGroupArn: id }),
        ),
      );
    }
    if (changed("deregistrationDelay")) await setDelay(id, news, scope);
    await updateElbTags(id, olds, news, scope);
  },

  async delete(id, _outputs, scope) {
    await deleteUnlessGone(`ELBv2 Target Group (${id})`, ["TargetGroupNotFoundException"], () =>
      send(elbCaller(scope), new DeleteTargetGroupCommand({ TargetGroupArn: id })),
    );
  },
};

const delayAttribute = "deregistration_delay.timeout_seconds";

async function setDelay(arn: string, inputs: PropertyMap, scope: Scope): Promise<void> {
  const Attributes = [{ Key: delayAttribute, Value: String(inputs["deregistrationDelay"]) }];
  await step(`modifying ELBv2 Target Group (${arn}) attributes`, () =>
    send(elbCaller(scope), new ModifyTargetGroupAttributesCommand({ TargetGroupArn: arn, Attributes })),
  );
}

async function find(arn: string, scope: Scope): Promise<TargetGroup | undefined> {
  return undefinedIfGone(["TargetGroupNotFoundException"], async () => {
    const { TargetGroups } = await send(elbCaller(scope), new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] }));
    return TargetGroups?.[0];
  });
}

function healthCheckOf(value: PropertyValue | undefined) {
  if (!isMap(value)) return {};
  const text = (key: string) => (typeof value[key] === "string" && value[key] !== "" ? value[key] : undefined);
  const number = (key: string) => (typeof value[key] === "number" ? value[key] : undefined);
  const matcher = text("matcher");
  return {
    HealthCheckEnabled: value["enabled"] !== false,
    HealthyThresholdCount: number("healthyThreshold"),
    UnhealthyThresholdCount: number("unhealthyThreshold"),
    HealthCheckIntervalSeconds: number("interval"),
    HealthCheckTimeoutSeconds: number("timeout"),
    HealthCheckPath: text("path"),
    HealthCheckPort: text("port"),
    HealthCheckProtocol: text("protocol") as ProtocolEnum | undefined,
    ...(matcher !== undefined && { Matcher: { HttpCode: matcher } }),
  };
}

function healthCheckState(group: TargetGroup): PropertyMap {
  return {
    enabled: group.HealthCheckEnabled !== false,
    healthyThreshold: group.HealthyThresholdCount ?? 0,
    interval: group.HealthCheckIntervalSeconds ?? 0,
    matcher: group.Matcher?.HttpCode ?? "",
    path: group.HealthCheckPath ?? "",
    port: group.HealthCheckPort ?? "",
    protocol: group.HealthCheckProtocol ?? "",
    timeout: group.HealthCheckTimeoutSeconds ?? 0,
    unhealthyThreshold: group.UnhealthyThresholdCount ?? 0,
  };
}
