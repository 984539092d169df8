import assert from "node:assert/strict";
import {
  DeleteRepositoryCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  GetDownloadUrlForLayerCommand,
  InitiateLayerUploadCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import {
  ECRPUBLICClient,
  GetAuthorizationTokenCommand as GetPublicTokenCommand,
  InitiateLayerUploadCommand as InitiatePublicUploadCommand,
} from "@aws-sdk/client-ecr-public";
import { GetRoleCommand, IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { RegistryClient, testImage } from "../gateway/registryClient";
import { TestProject } from "./project";

const program = `
import * as aws from "@pulumi/aws";
import { PrivateRepository, PublicRepository, PushRole, RegistryEvents } from "./components";

const pets = new PrivateRepository("petclinic", { encryption: "aes256", forceDelete: true });
const vets = new PrivateRepository("vets", { encryption: "aes256", forceDelete: true });
const open = new PublicRepository("petclinic");
const role = new PushRole("release", {
  repositories: [pets, open],
  github: [{ repository: "octo-org/petclinic", branches: ["main"], tags: ["v*"] }],
  createProvider: true,
  path: "/ci/",
});
const narrow = new PushRole("narrow", {
  repositories: [pets],
  github: [{ repository: "octo-org/petclinic", branches: ["main"], workflows: ["release.yml"] }],
  providerArn: role.providerArn,
});
const events = new RegistryEvents("images", { repositories: [pets], findingsFrom: "CRITICAL" });
const gitlab = new aws.iam.OpenIdConnectProvider("gitlab", { url: "https://gitlab.com", clientIdLists: ["https://gitlab.com"] });
const bounds = new aws.iam.Policy("bounds", {
  policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "ecr:*", Resource: "*" }] }),
});
const pipelines = new PushRole("pipelines", {
  repositories: [vets],
  gitlab: [{ project: "team/vets", branches: ["main"] }],
  providerArn: gitlab.arn,
  pull: true,
  roleName: "vets-pipelines",
  maxSessionDuration: 7200,
  permissionsBoundary: bounds.arn,
  tags: { team: "vets" },
});
const queue = new aws.sqs.Queue("told");
new aws.sqs.QueuePolicy("told", {
  queueUrl: queue.url,
  policy: queue.arn.apply((arn) => JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:SendMessage", Resource: arn }],
  })),
});
new RegistryEvents("told", { repositories: [vets], deletions: true, findingsFrom: false, targets: [queue.arn] });
new RegistryEvents("inspector", { pushes: false, findingsFrom: "MEDIUM", scanning: "enhanced", kmsKey: events.key?.arn, topicName: "inspector" });
export const narrowArn = narrow.roleArn;
export const pipelinesArn = pipelines.roleArn;
export const queueUrl = queue.url;
export const { roleArn, roleName } = role;
export const topicArn = events.topicArn;
export const others = [vets.url];
`;

/** A token as GitHub issues it. MiniStack checks the claims against the trust policy, but not the signature. */
function tokenOf(
  sub: string,
  aud = "sts.amazonaws.com",
  iss = "https://token.actions.githubusercontent.com",
  further: Record<string, string> = {},
): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iss, aud, sub, exp: 4_102_444_800, ...further };
  return `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}.c2lnbmF0dXJl`;
}

type Details = Record<"action-type" | "result" | "repository-name" | "image-digest", string>;

describe("PushRole and RegistryEvents with the real CLI", function () {
  this.timeout(900_000);
  let project: TestProject;
  let outputs: Record<"roleArn" | "narrowArn" | "topicArn" | "pipelinesArn" | "queueUrl", string> & {
    others: string[];
  };

  before(async () => {
    project = new TestProject();
    project.write("index.ts", program);
    await project.init();
    await project.up();
    outputs = (await project.outputs()) as unknown as typeof outputs;
  });
  after(async () => {
    await project.mustPulumi("destroy", "--yes", "--skip-preview");
    project.remove();
  });

  const region = "ap-northeast-2";
  const assume = async (token: string, role = outputs.roleArn) => {
    const { Credentials: session } = await new STSClient({ region }).send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: role,
        RoleSessionName: "ci",
        WebIdentityToken: token,
      }),
    );
    return {
      accessKeyId: session?.AccessKeyId ?? "",
      secretAccessKey: session?.SecretAccessKey ?? "",
      sessionToken: session?.SessionToken,
    };
  };
  const administrator = () => ({
    accessKeyId: project.account,
    secretAccessKey: process.env["AWS_SECRET_ACCESS_KEY"] ?? "",
  });
  const main = tokenOf("repo:octo-org/petclinic:ref:refs/heads/main");
  const accessDenied = (error: Error) => /AccessDenied/.test(error.name);

  it("give the role only to tokens of the named repository's main branch and v* tags", async () => {
    for (const token of [main, tokenOf("repo:octo-org/petclinic:ref:refs/tags/v1")]) {
      assert.match((await assume(token)).accessKeyId, /^ASIA/);
    }
    for (const token of [
      tokenOf("repo:octo-org/petclinic:ref:refs/heads/evil"),
      tokenOf("repo:octo-org/other:ref:refs/heads/main"),
      tokenOf("repo:octo-org/petclinic:ref:refs/heads/main", "somebody-else"),
    ]) {
      await assert.rejects(assume(token), accessDenied);
    }
  });

  it("give a role with `workflows` only to jobs of that workflow file, not to other runs of the branch", async () => {
    const issuer = "https://token.actions.githubusercontent.com";
    const tokenOfFile = (job_workflow_ref: string) =>
      tokenOf("repo:octo-org/petclinic:ref:refs/heads/main", undefined, issuer, { job_workflow_ref });
    const file = (name: string) => `octo-org/petclinic/.github/workflows/${name}@refs/heads/main`;
    for (const token of [
      main,
      tokenOfFile(file("label.yml")),
      tokenOfFile(file("release.yml").replace("petclinic", "x")),
    ]) {
      await assert.rejects(assume(token, outputs.narrowArn), accessDenied);
    }
    const credentials = await assume(tokenOfFile(file("release.yml")), outputs.narrowArn);
    const upload = new InitiateLayerUploadCommand({ repositoryName: "petclinic" });
    assert.ok((await new ECRClient({ region, credentials }).send(upload)).uploadId);
  });

  it("let the role upload to the named repositories only, and delete or configure nothing", async () => {
    const credentials = await assume(main);
    const ecr = new ECRClient({ region, credentials });
    const ecrPublic = new ECRPUBLICClient({ region: "us-east-1", credentials });
    const [repositoryName, other] = ["petclinic", "vets"];
    assert.equal((await ecr.send(new GetAuthorizationTokenCommand({}))).authorizationData?.length, 1);
    assert.ok((await ecr.send(new InitiateLayerUploadCommand({ repositoryName }))).uploadId);
    assert.ok((await ecrPublic.send(new GetPublicTokenCommand({}))).authorizationData);
    assert.ok((await ecrPublic.send(new InitiatePublicUploadCommand({ repositoryName }))).uploadId);
    await assert.rejects(ecr.send(new InitiateLayerUploadCommand({ repositoryName: other })), accessDenied);
    await assert.rejects(
      ecrPublic.send(new InitiatePublicUploadCommand({ repositoryName: other })),
      accessDenied,
      "another public repository",
    );
    await assert.rejects(ecr.send(new DeleteRepositoryCommand({ repositoryName, force: true })), accessDenied);
    await assert.rejects(ecr.send(new SetRepositoryPolicyCommand({ repositoryName, policyText: "{}" })), accessDenied);
    await assert.rejects(new IAMClient({ region, credentials }).send(new ListRolesCommand({})), accessDenied);
  });

  it("let only the configured GitLab project's branch assume its role, which has all its settings", async () => {
    const issuer = "https://gitlab.com";
    const subject = "project_path:team/vets:ref_type:branch:ref:";
    await assert.rejects(assume(tokenOf(`${subject}other`, issuer, issuer), outputs.pipelinesArn), accessDenied);
    await assert.rejects(assume(main, outputs.pipelinesArn), accessDenied);
    const credentials = await assume(tokenOf(`${subject}main`, issuer, issuer), outputs.pipelinesArn);
    const ecr = new ECRClient({ region, credentials });
    assert.ok((await ecr.send(new InitiateLayerUploadCommand({ repositoryName: "vets" }))).uploadId);
    const layerDigest = testImage("none").digest;
    const fetchLayer = (repositoryName: string) =>
      ecr.send(new GetDownloadUrlForLayerCommand({ repositoryName, layerDigest }));
    // `pull` allows the request; the layer just does not exist.
    await assert.rejects(fetchLayer("vets"), { name: "LayersNotFoundException" });
    await assert.rejects(fetchLayer("petclinic"), accessDenied);
    const { Role } = await new IAMClient({ region, credentials: administrator() }).send(
      new GetRoleCommand({ RoleName: "vets-pipelines" }),
    );
    assert.equal(Role?.MaxSessionDuration, 7_200);
    assert.match(Role?.PermissionsBoundary?.PermissionsBoundaryArn ?? "", /:policy\/bounds-/);
    assert.deepEqual(Role?.Tags, [{ Key: "team", Value: "vets" }]);
  });

  it("send a queue the pushes and deletions of the configured repositories only", async () => {
    const password = (await project.must("aws", "ecr", "get-login-password")).trim();
    const host = outputs.others[0]?.split("/", 1).join("") ?? "";
    const client = new RegistryClient(host, `Basic ${Buffer.from(`AWS:${password}`).toString("base64")}`);
    for (const repository of ["petclinic", "vets"]) {
      const pushed = await client.push(repository, "told", testImage(repository));
      assert.equal(pushed.status, 201, await pushed.text());
    }
    await project.aws("ecr", "batch-delete-image", "--repository-name", "vets", "--image-ids", "imageTag=told");
    const sqs = new SQSClient({ region, credentials: administrator() });
    const events: Details[] = [];
    while (events.length < 2) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: outputs.queueUrl, WaitTimeSeconds: 10, MaxNumberOfMessages: 10 }),
      );
      for (const { Body } of Messages) events.push(JSON.parse(Body ?? "").detail);
    }
    const { digest } = testImage("vets");
    assert.deepEqual(
      // SQS does not preserve the order.
      events.map((each) => [each["action-type"], each.result, each["repository-name"], each["image-digest"]]).sort(),
      ["DELETE", "PUSH"].map((action) => [action, "SUCCESS", "vets", digest]),
    );
  });

  it("send image events to an encrypted topic that only EventBridge may publish to", async () => {
    const { Rules } = await project.aws<{ Rules: { Name: string; EventPattern: string }[] }>("events", "list-rules");
    const images = Rules.find(({ Name }) => Name.startsWith("images-images-"));
    assert.deepEqual(JSON.parse(images?.EventPattern ?? ""), {
      source: ["aws.ecr"],
      "detail-type": ["ECR Image Action"],
      detail: { "action-type": ["PUSH"], result: ["SUCCESS"], "repository-name": ["petclinic"] },
    });
    assert.deepEqual(Rules.map(({ Name }) => Name.replace(/-[0-9a-f]+$/, "")).sort(), [
      ...["images-findings", "images-images", "images-scans"],
      ...["inspector-findings", "told-images"],
    ]);
    const inspector = Rules.find(({ Name }) => Name.startsWith("inspector-findings-"));
    assert.deepEqual(JSON.parse(inspector?.EventPattern ?? "").detail.severity, ["CRITICAL", "HIGH", "MEDIUM"]);
    const { Targets } = await project.aws<{ Targets: { Arn: string }[] }>(
      ...["events", "list-targets-by-rule", "--rule", images?.Name ?? ""],
    );
    assert.deepEqual(
      Targets.map(({ Arn }) => Arn),
      [outputs.topicArn],
    );
    const { Attributes } = await project.aws<{ Attributes: { KmsMasterKeyId: string; Policy: string } }>(
      ...["sns", "get-topic-attributes", "--topic-arn", outputs.topicArn],
    );
    assert.match(Attributes.KmsMasterKeyId, /^arn:aws:kms:[^:]+:\d{12}:key\//);
    const [statement, ...further] = JSON.parse(Attributes.Policy).Statement;
    assert.deepEqual([statement.Principal, further], [{ Service: "events.amazonaws.com" }, []]);
  });

  it("change nothing when they are deployed again", async () => {
    await project.mustPulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
  });
});
