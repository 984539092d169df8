import { getSubnetOutput, getSubnetsOutput, getVpcOutput } from "@pulumi/aws/ec2";
import type * as pulumi from "@pulumi/pulumi";

/** The account's default VPC and subnets, which awsx uses when none are given. */
export function defaultVpc(parent: pulumi.Resource): {
  vpcId: pulumi.Output<string>;
  subnetIds: pulumi.Output<string[]>;
} {
  const vpcId = getVpcOutput({ default: true }, { parent }).id;
  const subnetIds = getSubnetsOutput({ filters: [{ name: "vpc-id", values: [vpcId] }] }, { parent }).ids;
  return { vpcId, subnetIds };
}

/** The VPC of a subnet. */
export function vpcOfSubnet(id: pulumi.Input<string>, parent: pulumi.Resource): pulumi.Output<string> {
  return getSubnetOutput({ id }, { parent }).vpcId;
}
