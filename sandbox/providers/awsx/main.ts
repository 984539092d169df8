import { version } from "@pulumi/awsx/package.json";
import * as pulumi from "@pulumi/pulumi";
import { notSupported } from "../protocol/notSupported";
import { ApplicationLoadBalancer } from "./applicationLoadBalancer";
import { FargateService } from "./fargateService";
import type { Inputs } from "./inputs";

const components = {
  "awsx:ecs:FargateService": FargateService,
  "awsx:lb:ApplicationLoadBalancer": ApplicationLoadBalancer,
};

/**
 * The stand-in for `pulumi-resource-awsx`: the two components needed for a service behind a load balancer, with the
 * same children, names, and parents as in the released plugin.
 */
class AwsxProvider implements pulumi.provider.Provider {
  readonly version = version;

  async construct(name: string, type: string, inputs: pulumi.Inputs, options: pulumi.ComponentResourceOptions) {
    const Component = Object.hasOwn(components, type) ? components[type as keyof typeof components] : undefined;
    if (Component === undefined) throw new Error(notSupported(`${type} is`, Object.keys(components)));
    const component = new Component(name, inputs as Inputs, options);
    return { urn: component.urn, state: component.state() };
  }
}

// The engine stops plugins with SIGINT.
process.on("SIGINT", () => process.exit(0));
void pulumi.provider.main(new AwsxProvider(), process.argv.slice(2));
