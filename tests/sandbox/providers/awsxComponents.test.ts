import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { TestProject } from "../program/project";

/** With defaults only, as when the released plugin was measured. */
const program = `
import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
const cluster = new aws.ecs.Cluster("cluster");
const lb = new awsx.lb.ApplicationLoadBalancer("lb", {
  defaultTargetGroup: { port: 8080, healthCheck: { path: "/healthz" } },
});
new awsx.ecs.FargateService("svc", {
  cluster: cluster.arn,
  assignPublicIp: true,
  taskDefinitionArgs: {
    container: {
      name: "web",
      image: "example/web:1",
      cpu: 256,
      memory: 512,
      essential: true,
      portMappings: [{ containerPort: 8080, targetGroup: lb.defaultTargetGroup }],
    },
  },
});
`;

describe("the awsx stand-in registers what the released plugin does", function () {
  this.timeout(900_000);
  let project: TestProject;
  let resources: Map<string, { parent: string; inputs: Record<string, unknown> }>;

  before(async () => {
    project = new TestProject();
    const folder = path.join(project.directory, "awsx");
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, "index.ts"), program);
    fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "awsx", main: "index.ts" }));
    fs.writeFileSync(
      path.join(folder, "Pulumi.yaml"),
      "name: awsx\nruntime:\n  name: nodejs\n  options:\n    tsconfig: ../tsconfig.pulumi.json\n",
    );
    const pulumi = async (...args: string[]) => {
      const result = await project.run("pulumi", [...args, "--non-interactive"], {}, "awsx");
      if (result.code !== 0) throw new Error(result.output);
      return result.stdout;
    };
    await pulumi("stack", "init", "test");
    const plan = JSON.parse(await pulumi("preview", "--json", "--stack", "test")) as {
      steps: { newState: { urn: string; parent?: string; inputs?: Record<string, unknown> } }[];
    };
    resources = new Map(
      plan.steps.map(({ newState: { urn, parent = "", inputs = {} } }) => [
        shortOf(urn),
        { parent: shortOf(parent), inputs: withoutDefaults(inputs) },
      ]),
    );
  });
  after(() => project?.remove());

  it("the same types and names under the same parents", () => {
    const children = [...resources].filter(
      ([name]) => !name.startsWith("pulumi:") && name !== "aws:ecs/cluster:Cluster cluster",
    );
    const stack = "pulumi:pulumi:Stack awsx-test";
    const [lb, service] = ["awsx:lb:ApplicationLoadBalancer lb", "awsx:ecs:FargateService svc"];
    const task = "awsx:ecs:FargateTaskDefinition svc";
    assert.deepEqual(Object.fromEntries(children.map(([name, { parent }]) => [name, parent])), {
      [lb]: stack,
      "aws:lb/targetGroup:TargetGroup lb": lb,
      "aws:ec2/securityGroup:SecurityGroup lb": lb,
      "aws:lb/loadBalancer:LoadBalancer lb": lb,
      "aws:lb/listener:Listener lb-0": lb,
      [service]: stack,
      [task]: service,
      "aws:cloudwatch/logGroup:LogGroup svc": task,
      "aws:iam/role:Role svc-execution": task,
      "aws:iam/role:Role svc-task": task,
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment svc-execution-9a42f520": task,
      "aws:ecs/taskDefinition:TaskDefinition svc": task,
      "aws:ec2/securityGroup:SecurityGroup svc-sg": service,
      "aws:ecs/service:Service svc": service,
    });
  });

  it("with its open security groups and its service", () => {
    const open = resources.get("aws:ec2/securityGroup:SecurityGroup svc-sg")?.inputs;
    assert.deepEqual(open?.["ingress"], [
      { cidrBlocks: ["0.0.0.0/0"], fromPort: 0, ipv6CidrBlocks: ["::/0"], protocol: "-1", self: false, toPort: 0 },
    ]);
    assert.deepEqual(open?.["egress"], [
      { cidrBlocks: ["0.0.0.0/0"], fromPort: 0, ipv6CidrBlocks: ["::/0"], protocol: "tcp", self: false, toPort: 65535 },
    ]);
    assert.equal(open?.["description"], "Managed by Pulumi");
    const service = resources.get("aws:ecs/service:Service svc")?.inputs;
    assert.equal(service?.["desiredCount"], 1);
    assert.equal(service?.["launchType"], "FARGATE");
    assert.equal(service?.["waitForSteadyState"], true);
    const group = resources.get("aws:lb/targetGroup:TargetGroup lb")?.inputs;
    assert.deepEqual([group?.["port"], group?.["protocol"], group?.["targetType"]], [8080, "HTTP", "ip"]);
    const task = resources.get("aws:ecs/taskDefinition:TaskDefinition svc")?.inputs;
    assert.deepEqual(
      [task?.["cpu"], task?.["memory"], task?.["networkMode"], task?.["requiresCompatibilities"]],
      ["256", "512", "awsvpc", ["FARGATE"]],
    );
  });
});

/** `aws:ecs/service:Service svc` of a URN, without the types of its parents. */
function shortOf(urn: string): string {
  const [, , types = "", name = ""] = urn.slice("urn:pulumi:".length).split("::");
  return `${types.split("$").at(-1)} ${name}`;
}

/** Inputs without the bridge's own properties, at any depth. */
function withoutDefaults(inputs: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(inputs, (key, value: unknown) => (key.startsWith("__") ? undefined : value)));
}
