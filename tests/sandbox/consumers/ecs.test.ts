import * as assert from "node:assert/strict";
import * as http from "node:http";
import { TestProject } from "../program/project";
import { itInFull } from "../tools";
import { Consumer } from "./consumer";

const sandboxAccount = "123456789012";

interface Outputs {
  url: string;
  reference: string;
  serviceArn: string;
}

describe("consumers/ecs: the image as a service behind a load balancer", function () {
  this.timeout(900_000);
  let project: TestProject;
  let service: Consumer;
  /** The output of the documented commands, which ends with the page. */
  let answer: string;

  before(async () => {
    // MiniStack's load balancers work only in the sandbox's default account.
    project = new TestProject(sandboxAccount);
    service = new Consumer(project, "ecs");
    // Other tests may have a petclinic in that account.
    for (const setting of ["encryption: aes256", "catalogData:"]) {
      project.edit("Pulumi.local.yaml", `      ${setting}`, `      repositoryName: ecs/petclinic\n      ${setting}`);
    }
    await project.init();
    await project.up();
    answer = await service.runDocumented(0);
  });
  after(async () => {
    await service?.destroy();
    project?.remove();
  });

  it("runs the other stack's image, and serves the page through the load balancer", async () => {
    const { images } = await project.outputs();
    const { url, reference, serviceArn } = await service.outputs<Outputs>();
    assert.equal(reference, images["petclinic"]?.reference);
    assert.match(answer, /<title>Pet Clinic<\/title>/);
    assert.match(await page(project, url), /Pet Clinic/);
    assert.deepEqual(await runningImages(project, serviceArn), [reference]);
  });

  it("lets only the load balancer reach the containers, and the role pull from one repository only", async () => {
    const groups = await project.aws<{ SecurityGroups: { Description: string; IpPermissions: Permission[] }[] }>(
      "ec2",
      "describe-security-groups",
    );
    const containers = groups.SecurityGroups.find(({ Description }) => Description.includes("reaches the containers"));
    assert.equal(containers?.IpPermissions.length, 1);
    const [rule] = containers?.IpPermissions ?? [];
    assert.deepEqual([rule?.FromPort, rule?.ToPort, rule?.IpRanges?.length ?? 0], [8080, 8080, 0]);
    assert.equal(rule?.UserIdGroupPairs?.length, 1);

    const { Roles } = await project.aws<{ Roles: { RoleName: string }[] }>("iam", "list-roles");
    const role = Roles.find(({ RoleName }) => RoleName.startsWith("petclinic-execution"))?.RoleName ?? "";
    const { PolicyNames } = await project.aws<{ PolicyNames: string[] }>(
      "iam",
      "list-role-policies",
      "--role-name",
      role,
    );
    const pull = PolicyNames.find((name) => name.startsWith("petclinic-pull")) ?? "";
    const { PolicyDocument } = await project.aws<{
      PolicyDocument: { Statement: { Action: unknown; Resource: unknown }[] };
    }>(...["iam", "get-role-policy", "--role-name", role, "--policy-name", pull]);
    const { privateRepositories } = await project.outputs();
    const resources = PolicyDocument.Statement.filter(({ Action }) => Action !== "ecr:GetAuthorizationToken");
    assert.deepEqual(
      resources.map(({ Resource }) => [Resource].flat()),
      [[privateRepositories["petclinic"]?.arn]],
    );
  });

  itInFull("deploys a changed source file with the next up of both stacks", async () => {
    const before = await service.outputs<Outputs>();
    project.edit("app/src/views/layout.js", "Pet Clinic", "Pet Clinic, second edition");
    await service.runDocumented(1);
    const after = await service.outputs<Outputs>();
    assert.notEqual(after.reference, before.reference);
    assert.equal(after.url, before.url);
    assert.match(await page(project, after.url), /second edition/);
    assert.deepEqual(await runningImages(project, after.serviceArn), [after.reference]);
  });

  it("changes nothing when nothing changed", async () => {
    await service.pulumi("preview", "--expect-no-changes", "--refresh");
  });
});

interface Permission {
  FromPort?: number;
  ToPort?: number;
  IpRanges?: unknown[];
  UserIdGroupPairs?: unknown[];
}

/** The images of the service's running tasks. */
async function runningImages(project: TestProject, serviceArn: string): Promise<string[]> {
  const cluster = serviceArn.split("/")[1] ?? "";
  const { taskArns } = await project.aws<{ taskArns: string[] }>("ecs", "list-tasks", "--cluster", cluster);
  const { tasks } = await project.aws<{ tasks: { containers: { image: string }[]; lastStatus: string }[] }>(
    ...["ecs", "describe-tasks", "--cluster", cluster, "--tasks", ...taskArns],
  );
  return tasks
    .filter(({ lastStatus }) => lastStatus === "RUNNING")
    .flatMap(({ containers }) => containers.map(({ image }) => image));
}

/** The page that the load balancer serves. Its name does not resolve, so the request goes to the local AWS. */
function page(project: TestProject, url: string): Promise<string> {
  const { hostname, port } = new URL(project.env["AWS_ENDPOINT_URL"] ?? "");
  return new Promise((resolve, reject) => {
    const request = http.get({ hostname, port, headers: { host: new URL(url).host } }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.on("end", () =>
        response.statusCode === 200 ? resolve(body) : reject(new Error(`status ${response.statusCode}: ${body}`)),
      );
    });
    request.on("error", reject);
  });
}
