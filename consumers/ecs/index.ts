import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { EcrStack } from "../../outputs";

// Runs the ECR stack's image, by digest, on Fargate behind a load balancer. This stack's next `pulumi up` deploys a new
// image of the ECR stack.
const config = new pulumi.Config();
const name = config.get("image") ?? "petclinic";
const port = 8080;

const image = new EcrStack({ environment: config.get("environment") || undefined }).privateImage(name);

// Only the load balancer can reach the containers; awsx's default groups would admit everyone.
const vpc = aws.ec2.getVpcOutput({ default: true });
const balancerGroup = new aws.ec2.SecurityGroup(`${name}-balancer`, {
  description: `Who reaches the load balancer of ${name}`,
  vpcId: vpc.id,
  ingress: [
    {
      description: "HTTP",
      protocol: "tcp",
      fromPort: 80,
      toPort: 80,
      cidrBlocks: config.getObject<string[]>("allowedCidrs") ?? ["0.0.0.0/0"],
    },
  ],
  egress: [
    { description: "The containers", protocol: "tcp", fromPort: port, toPort: port, cidrBlocks: [vpc.cidrBlock] },
  ],
});
const serviceGroup = new aws.ec2.SecurityGroup(`${name}-service`, {
  description: `The load balancer reaches the containers of ${name}`,
  vpcId: vpc.id,
  ingress: [
    {
      description: "The load balancer",
      protocol: "tcp",
      fromPort: port,
      toPort: port,
      securityGroups: [balancerGroup.id],
    },
  ],
  egress: [{ description: "ECR and logs", protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] }],
});

const logs = new aws.cloudwatch.LogGroup(name, { retentionInDays: 30 });

// May pull only from this repository and write only to this log group; AWS's managed policy allows all repositories.
const executionRole = new aws.iam.Role(`${name}-execution`, {
  assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "ecs-tasks.amazonaws.com" }),
});
const rights = [
  new aws.iam.RolePolicy(`${name}-pull`, {
    role: executionRole.name,
    policy: image.repository.pullPolicy,
  }),
  new aws.iam.RolePolicy(`${name}-logs`, {
    role: executionRole.name,
    policy: pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: pulumi.interpolate`${logs.arn}:*`,
        },
      ],
    }),
  }),
];

const balancer = new awsx.lb.ApplicationLoadBalancer(name, {
  defaultSecurityGroup: { skip: true },
  securityGroups: [balancerGroup.id],
  defaultTargetGroup: {
    port,
    protocol: "HTTP",
    deregistrationDelay: 10,
    healthCheck: { path: "/healthz", matcher: "200" },
  },
  dropInvalidHeaderFields: true,
});

const cluster = new aws.ecs.Cluster(name);

const service = new awsx.ecs.FargateService(
  name,
  {
    cluster: cluster.arn,
    desiredCount: config.getNumber("desiredCount") ?? 1,
    deploymentCircuitBreaker: { enable: true, rollback: true },
    // In the default VPC's public subnets, ECR is reachable only with a public address; the security group admits no one.
    networkConfiguration: {
      assignPublicIp: true,
      securityGroups: [serviceGroup.id],
      subnets: aws.ec2.getSubnetsOutput({ filters: [{ name: "vpc-id", values: [vpc.id] }] }).ids,
    },
    taskDefinitionArgs: {
      executionRole: { roleArn: executionRole.arn },
      // The application calls no AWS service.
      taskRole: { skip: true },
      logGroup: { existing: { name: logs.name, region: aws.getRegionOutput().region } },
      runtimePlatform: { cpuArchitecture: "X86_64", operatingSystemFamily: "LINUX" },
      container: {
        name,
        image: image.reference,
        cpu: 256,
        memory: 512,
        essential: true,
        readonlyRootFilesystem: true,
        portMappings: [{ containerPort: port, targetGroup: balancer.defaultTargetGroup }],
      },
    },
  },
  { dependsOn: rights },
);

/** URL of the application. */
export const url = pulumi.interpolate`http://${balancer.loadBalancer.dnsName}`;
/** The running image, by digest. */
export const reference = image.reference;
export const serviceArn = service.service.id;
