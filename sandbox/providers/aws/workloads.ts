import { securityGroup } from "./ec2/securityGroup";
import { ecsCluster } from "./ecs/cluster";
import { ecsService } from "./ecs/service";
import { ecsTaskDefinition } from "./ecs/taskDefinition";
import { listener } from "./elasticLoadBalancing/listener";
import { loadBalancer } from "./elasticLoadBalancing/loadBalancer";
import { targetGroup } from "./elasticLoadBalancing/targetGroup";
import { lambdaFunction } from "./lambda/function";
import { lambdaPermission } from "./lambda/permission";
import { logGroup } from "./logs/logGroup";
import type { AwsResource } from "./resource";

/** Workloads that run images: services behind load balancers, and functions, with their network and logs. */
export const workloadResources: readonly AwsResource[] = [
  ecsCluster,
  ecsTaskDefinition,
  ecsService,
  loadBalancer,
  targetGroup,
  listener,
  securityGroup,
  logGroup,
  lambdaFunction,
  lambdaPermission,
];
