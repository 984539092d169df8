import type { SecurityGroup } from "@pulumi/aws/ec2";
import { Listener, type ListenerArgs, LoadBalancer, TargetGroup, type TargetGroupArgs } from "@pulumi/aws/lb";
import * as pulumi from "@pulumi/pulumi";
import { defaultVpc, vpcOfSubnet } from "./defaultVpc";
import { block, type Inputs, refuseForeign } from "./inputs";
import { openSecurityGroup } from "./openSecurityGroup";

const type = "awsx:lb:ApplicationLoadBalancer";
/** Arguments passed to the load balancer unchanged. */
const passedOn = ["dropInvalidHeaderFields", "enableDeletionProtection", "idleTimeout", "internal", "name", "tags"];
const supported = [
  ...passedOn,
  "defaultSecurityGroup",
  "defaultTargetGroup",
  "defaultTargetGroupPort",
  "listener",
  "region",
  "securityGroups",
  "subnetIds",
];

/** awsx's load balancer: a target group for IP addresses, a listener, and a security group unless one is given. */
export class ApplicationLoadBalancer extends pulumi.ComponentResource {
  readonly loadBalancer: LoadBalancer;
  readonly defaultTargetGroup: TargetGroup;
  readonly defaultSecurityGroup: SecurityGroup | undefined;
  readonly listeners: Listener[];
  readonly vpcId: pulumi.Output<string>;

  constructor(name: string, inputs: Inputs, opts: pulumi.ComponentResourceOptions) {
    refuseForeign(type, inputs, supported);
    super(type, name, {}, opts);
    const child = { parent: this };
    const region = inputs["region"] as pulumi.Input<string> | undefined;
    const { vpcId, subnetIds } = this.network(inputs["subnetIds"] as pulumi.Input<string[]> | undefined);
    this.vpcId = vpcId;

    this.defaultTargetGroup = new TargetGroup(
      name,
      {
        vpcId,
        region,
        port: (inputs["defaultTargetGroupPort"] as pulumi.Input<number> | undefined) ?? 80,
        protocol: "HTTP",
        targetType: "ip",
        ...(block(inputs, "defaultTargetGroup") as TargetGroupArgs | undefined),
      },
      child,
    );
    const securityGroups = this.securityGroups(name, inputs, region);
    this.loadBalancer = new LoadBalancer(
      name,
      {
        ...Object.fromEntries(passedOn.filter((key) => inputs[key] !== undefined).map((key) => [key, inputs[key]])),
        loadBalancerType: "application",
        region,
        securityGroups,
        subnets: subnetIds,
      },
      child,
    );
    this.listeners = [
      new Listener(
        `${name}-0`,
        {
          port: 80,
          protocol: "HTTP",
          defaultActions: [{ type: "forward", targetGroupArn: this.defaultTargetGroup.arn }],
          region,
          ...(block(inputs, "listener") as ListenerArgs | undefined),
          loadBalancerArn: this.loadBalancer.arn,
        },
        child,
      ),
    ];
    this.registerOutputs(this.state());
  }

  state(): pulumi.Inputs {
    const { loadBalancer, defaultTargetGroup, defaultSecurityGroup, listeners, vpcId } = this;
    return { loadBalancer, defaultTargetGroup, defaultSecurityGroup, listeners, vpcId };
  }

  private network(given: pulumi.Input<string[]> | undefined) {
    if (given === undefined) return defaultVpc(this);
    const subnetIds = pulumi.output(given);
    return {
      subnetIds,
      vpcId: vpcOfSubnet(
        subnetIds.apply(([first]) => first ?? ""),
        this,
      ),
    };
  }

  private securityGroups(name: string, inputs: Inputs, region: pulumi.Input<string> | undefined) {
    const given = inputs["securityGroups"] as pulumi.Input<string[]> | undefined;
    const settings = block(inputs, "defaultSecurityGroup") ?? {};
    refuseForeign(`${type} defaultSecurityGroup`, settings, ["securityGroupId", "skip"]);
    if (settings["skip"] === true) return given;
    if (settings["securityGroupId"] !== undefined) return [settings["securityGroupId"] as pulumi.Input<string>];
    if (given !== undefined) return given;
    const group = openSecurityGroup(name, this.vpcId, region, this);
    (this as { defaultSecurityGroup: SecurityGroup }).defaultSecurityGroup = group;
    return [group.id];
  }
}
