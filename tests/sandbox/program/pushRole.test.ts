import assert from "node:assert/strict";
import {
  DeleteRepositoryCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  InitiateLayerUploadCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import {
  ECRPUBLICClient,
  GetAuthorizationTokenCommand as GetPublicTokenCommand,
  InitiateLayerUploadCommand as InitiatePublicUploadCommand,
} from "@aws-sdk/client-ecr-public";
import { IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { TestProject } from "./project";

const program = `
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
const events = new RegistryEvents("images", { repositories: [pets], findingsFrom: "CRITICAL" });
export const { roleArn, roleName } = role;
export const topicArn = events.topicArn;
export const others = [vets.url];
`;

/** A token as GitHub's issuer writes it. MiniStack compares its claims with the trust policy, not its signature. */
function tokenOf(sub: string, aud = "sts.amazonaws.com"): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iss: "https://token.actions.githubusercontent.com", aud, sub, exp: 4_102_444_800 };
  return `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}.c2lnbmF0dXJl`;
}

describe("PushRole and RegistryEvents with the real CLI", function () {
  this.timeout(120_000);
  let project: TestProject;
  let outputs: { roleArn: string; roleName: string; topicArn: string };

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
  const assume = async (token: string) => {
    const { Credentials: session } = await new STSClient({ region }).send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: outputs.roleArn,
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
  const main = tokenOf("repo:octo-org/petclinic:ref:refs/heads/main");
  const accessDenied = (error: Error) => /AccessDenied/.test(error.name);

  it("give the role to main and to v* of the named repository, and to no other token", async () => {
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

  it("let whoever took it upload to the named repositories, and to nothing else", async () => {
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

  it("send images' events to an encrypted topic that only EventBridge publishes to", async () => {
    const { Rules } = await project.aws<{ Rules: { Name: string; EventPattern: string }[] }>("events", "list-rules");
    const images = Rules.find(({ Name }) => Name.startsWith("images-images-"));
    assert.deepEqual(JSON.parse(images?.EventPattern ?? ""), {
      source: ["aws.ecr"],
      "detail-type": ["ECR Image Action"],
      detail: { "action-type": ["PUSH"], result: ["SUCCESS"], "repository-name": ["petclinic"] },
    });
    assert.equal(Rules.length, 3);
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
