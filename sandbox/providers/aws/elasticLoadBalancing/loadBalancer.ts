import {
  CreateLoadBalancerCommand,
  DeleteLoadBalancerCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  type LoadBalancer,
  type LoadBalancerTypeEnum,
  ModifyLoadBalancerAttributesCommand,
  SetSecurityGroupsCommand,
  SetSubnetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { PropertyMap, PropertyValue } from "../../../../provider/protocol/values";
import { regionAndTags } from "../commonSchema";
import { deleteUnlessGone, step, undefinedIfGone } from "../operations";
import type { AwsResource, Scope } from "../resource";
import { send } from "../send";
import { tagState } from "../tags";
import { elbCaller, elbTags, tagsOfArn, updateElbTags } from "./elasticLoadBalancingClient";
import { shortName } from "./names";

/** Properties that the service stores as attributes, with the attributes' names. */
const attributes: Readonly<Record<string, string>> = {
  dropInvalidHeaderFields: "routing.http.drop_invalid_header_fields.enabled",
  enableDeletionProtection: "deletion_protection.enabled",
  idleTimeout: "idle_timeout.timeout_seconds",
};

/**
 * As in the Terraform AWS provider 6.x (internal/service/elbv2/load_balancer.go); the ID is the load balancer's ARN.
 */
export const loadBalancer: AwsResource = {
  type: "aws:lb/loadBalancer:LoadBalancer",
  naming: { property: "name", transform: shortName },
  schema: {
    ...regionAndTags,
    arn: { type: "string", output: true },
    arnSuffix: { type: "string", output: true },
    dnsName: { type: "string", output: true },
    dropInvalidHeaderFields: { type: "boolean", default: false },
    enableDeletionProtection: { type: "boolean", default: false },
    idleTimeout: { type: "number", default: 60 },
    internal: { type: "boolean", computed: true, replace: true },
    ipAddressType: { type: "string", computed: true },
    loadBalancerType: {
      type: "string",
      default: "application",
      replace: true,
      values: ["application", "network", "gateway"],
    },
    name: { type: "string", replace: true },
    securityGroups: { type: "stringSet", computed: true },
    subnets: { type: "stringSet", computed: true },
    vpcId: { type: "string", output: true },
    zoneId: { type: "string", output: true },
  },

  async create(inputs, scope) {
    const name = String(inputs["name"]);
    return step(`creating ELBv2 Load Balancer (${name})`, async () => {
      const { LoadBalancers } = await send(
        elbCaller(scope),
        new CreateLoadBalancerCommand({
          Name: name,
          Type: inputs["loadBalancerType"] as LoadBalancerTypeEnum,
          Scheme: inputs["internal"] === true ? "internal" : "internet-facing",
          SecurityGroups: stringList(inputs["securityGroups"]),
          Subnets: stringList(inputs["subnets"]),
          Tags: elbTags(inputs["tagsAll"]),
        }),
      );
      const arn = LoadBalancers?.[0]?.LoadBalancerArn;
      if (arn === undefined) throw new Error("the service gave no ARN");
      await setAttributes(arn, inputs, scope);
      return arn;
    });
  },

  async read(id, known, scope) {
    const found = await step(`reading ELBv2 Load Balancer (${id})`, () => find(id, scope));
    if (!found) return undefined;
    return {
      arn: id,
      arnSuffix: id.replace(/^.*:loadbalancer\//, ""),
      dnsName: found.DNSName ?? "",
      internal: found.Scheme === "internal",
      ipAddressType: found.IpAddressType ?? "ipv4",
      loadBalancerType: found.Type ?? "application",
      name: found.LoadBalancerName ?? "",
      securityGroups: found.SecurityGroups ?? [],
      subnets: (found.AvailabilityZones ?? []).flatMap(({ SubnetId }) => (SubnetId === undefined ? [] : [SubnetId])),
      vpcId: found.VpcId ?? "",
      zoneId: found.CanonicalHostedZoneId ?? "",
      ...(await attributesState(id, scope)),
      ...tagState(await tagsOfArn(id, scope), known, scope.connection.settings),
    };
  },

  async update(id, olds, news, changed, scope) {
    if (Object.keys(attributes).some(changed)) await setAttributes(id, news, scope);
    if (changed("securityGroups")) {
      await step(`setting ELBv2 Load Balancer (${id}) security groups`, () =>
        send(
          elbCaller(scope),
          new SetSecurityGroupsCommand({
            LoadBalancerArn: id,
            SecurityGroups: stringList(news["securityGroups"]) ?? [],
          }),
        ),
      );
    }
    if (changed("subnets")) {
      await step(`setting ELBv2 Load Balancer (${id}) subnets`, () =>
        send(elbCaller(scope), new SetSubnetsCommand({ LoadBalancerArn: id, Subnets: stringList(news["subnets"]) })),
      );
    }
    await updateElbTags(id, olds, news, scope);
  },

  async delete(id, _outputs, scope) {
    await deleteUnlessGone(`ELBv2 Load Balancer (${id})`, ["LoadBalancerNotFoundException"], () =>
      send(elbCaller(scope), new DeleteLoadBalancerCommand({ LoadBalancerArn: id })),
    );
  },
};

async function find(arn: string, scope: Scope): Promise<LoadBalancer | undefined> {
  return undefinedIfGone(["LoadBalancerNotFoundException"], async () => {
    const { LoadBalancers } = await send(
      elbCaller(scope),
      new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }),
    );
    return LoadBalancers?.[0];
  });
}

async function setAttributes(arn: string, inputs: PropertyMap, scope: Scope): Promise<void> {
  const Attributes = Object.entries(attributes)
    .filter(([property]) => inputs[property] !== undefined)
    .map(([property, Key]) => ({ Key, Value: String(inputs[property]) }));
  await step(`modifying ELBv2 Load Balancer (${arn}) attributes`, () =>
    send(elbCaller(scope), new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: arn, Attributes })),
  );
}

async function attributesState(arn: string, scope: Scope): Promise<PropertyMap> {
  const { Attributes } = await send(
    elbCaller(scope),
    new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: arn }),
  );
  const state: PropertyMap = {};
  for (const [property, key] of Object.entries(attributes)) {
    const value = Attributes?.find(({ Key }) => Key === key)?.Value;
    if (value !== undefined) state[property] = property === "idleTimeout" ? Number(value) : value === "true";
  }
  return state;
}

function stringList(value: PropertyValue | undefined): string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined;
}
