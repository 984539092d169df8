import {
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  type Filter,
  paginateDescribeSubnets,
  type Subnet,
} from "@aws-sdk/client-ec2";
import { isMap, type PropertyMap } from "../../../../provider/protocol/values";
import type { Schema } from "../../protocol/schema";
import { awsFunction } from "../functions";
import { step } from "../operations";
import type { Scope } from "../resource";
import { send } from "../send";
import { fromTagList } from "../tags";
import { ec2Caller } from "./ec2Client";

const filters: Schema = {
  filters: {
    type: {
      list: {
        type: {
          object: { name: { type: "string", required: true }, values: { type: "stringSet", required: true } },
        },
      },
    },
  },
  region: { type: "string" },
};

/** The functions a program uses to find its default network. */
export const vpcFunctions = [
  awsFunction(
    "aws:ec2/getVpc:getVpc",
    { ...filters, default: { type: "boolean" }, id: { type: "string" } },
    async (args, scope) => {
      const vpcs = await step("reading EC2 VPCs", () =>
        send(
          ec2Caller(scope),
          new DescribeVpcsCommand({
            VpcIds: typeof args["id"] === "string" ? [args["id"]] : undefined,
            Filters: [
              ...filtersOf(args),
              ...(args["default"] === true ? [{ Name: "is-default", Values: ["true"] }] : []),
            ],
          }),
        ),
      );
      const vpc = onlyOne(vpcs.Vpcs ?? [], "EC2 VPC");
      return {
        id: vpc.VpcId ?? "",
        arn: `arn:aws:ec2:${scope.region}:${vpc.OwnerId ?? ""}:vpc/${vpc.VpcId}`,
        cidrBlock: vpc.CidrBlock ?? "",
        default: vpc.IsDefault === true,
        ownerId: vpc.OwnerId ?? "",
        state: vpc.State ?? "",
        tags: fromTagList(vpc.Tags),
        region: scope.region,
      };
    },
  ),

  awsFunction("aws:ec2/getSubnets:getSubnets", filters, async (args, scope) => {
    const ids = await step("reading EC2 Subnets", async () => {
      const found: string[] = [];
      const pages = paginateDescribeSubnets({ client: ec2Caller(scope).client }, { Filters: filtersOf(args) });
      for await (const page of pages) for (const { SubnetId } of page.Subnets ?? []) if (SubnetId) found.push(SubnetId);
      return found;
    });
    return { ids, id: scope.region, region: scope.region };
  }),

  awsFunction("aws:ec2/getSubnet:getSubnet", { ...filters, id: { type: "string" } }, async (args, scope) => {
    const { Subnets } = await step("reading EC2 Subnet", () =>
      send(
        ec2Caller(scope),
        new DescribeSubnetsCommand({
          SubnetIds: typeof args["id"] === "string" ? [args["id"]] : undefined,
          Filters: filtersOf(args),
        }),
      ),
    );
    return subnetState(onlyOne(Subnets ?? [], "EC2 Subnet"), scope);
  }),
];

function subnetState(subnet: Subnet, scope: Scope): PropertyMap {
  return {
    id: subnet.SubnetId ?? "",
    arn: subnet.SubnetArn ?? "",
    availabilityZone: subnet.AvailabilityZone ?? "",
    cidrBlock: subnet.CidrBlock ?? "",
    defaultForAz: subnet.DefaultForAz === true,
    mapPublicIpOnLaunch: subnet.MapPublicIpOnLaunch === true,
    ownerId: subnet.OwnerId ?? "",
    state: subnet.State ?? "",
    tags: fromTagList(subnet.Tags),
    vpcId: subnet.VpcId ?? "",
    region: scope.region,
  };
}

function filtersOf(args: PropertyMap): Filter[] {
  const list = Array.isArray(args["filters"]) ? args["filters"] : [];
  return list.filter(isMap).map(({ name, values }) => ({
    Name: String(name),
    Values: Array.isArray(values) ? values.map(String) : [],
  }));
}

function onlyOne<T>(found: readonly T[], what: string): T {
  const [first] = found;
  if (first === undefined) throw new Error(`reading ${what}: couldn't find resource`);
  if (found.length > 1) {
    throw new Error(`multiple ${what}s matched; use additional constraints to reduce matches to one`);
  }
  return first;
}
