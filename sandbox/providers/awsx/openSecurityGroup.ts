import { SecurityGroup } from "@pulumi/aws/ec2";
import type * as pulumi from "@pulumi/pulumi";

const everywhere = { cidrBlocks: ["0.0.0.0/0"], ipv6CidrBlocks: ["::/0"] };

/** The security group that awsx creates when none is given: all ingress, all TCP egress. */
export function openSecurityGroup(
  name: string,
  vpcId: pulumi.Input<string>,
  region: pulumi.Input<string> | undefined,
  parent: pulumi.Resource,
): SecurityGroup {
  return new SecurityGroup(
    name,
    {
      vpcId,
      region,
      ingress: [{ ...everywhere, fromPort: 0, toPort: 0, protocol: "-1" }],
      egress: [{ ...everywhere, fromPort: 0, toPort: 65535, protocol: "tcp" }],
    },
    { parent },
  );
}
