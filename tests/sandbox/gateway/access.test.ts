import assert from "node:assert/strict";
import {
  BatchGetImageCommand,
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  ListImagesCommand,
  PutRegistryPolicyCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import {
  CreateRepositoryCommand as CreatePublicRepositoryCommand,
  ECRPUBLICClient,
  GetAuthorizationTokenCommand as GetPublicTokenCommand,
} from "@aws-sdk/client-ecr-public";
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  DeleteUserPolicyCommand,
  PutUserPermissionsBoundaryCommand,
} from "@aws-sdk/client-iam";
import { installMinistack, ministackProcess, startMinistack } from "../../../sandbox/services/ministack";
import { stopProcess } from "../../../sandbox/services/processes";
import { account, credentials, region, serviceError, TestSandbox, uniqueName } from "./harness";
import { ecrAs, type Keys, policyText, registryAs, type Statement, TestIam } from "./iam";
import { askBearer, privateClient, RegistryClient, refusal, testImage } from "./registryClient";

const other = "222222222222";
const everything: Statement = { Effect: "Allow", Action: "ecr:*", Resource: "*" };
const login: Statement = { Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" };
const denied = (message: RegExp) => serviceError("AccessDeniedException", message);

describe("gateway: IAM access", () => {
  const sandbox = new TestSandbox();
  let iam: TestIam;
  before(async function () {
    // The first run on a machine installs MiniStack.
    this.timeout(900_000);
    const program = await installMinistack();
    await sandbox.start(await startMinistack(sandbox.home, program, { account, region, credentials }));
    iam = new TestIam(sandbox);
  });
  after(async () => {
    await stopProcess(sandbox.home, ministackProcess);
    await sandbox.remove();
  });

  async function repository(policy?: string): Promise<string> {
    const repositoryName = uniqueName("access");
    await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName }));
    if (policy !== undefined) await setPolicy(repositoryName, policy);
    return repositoryName;
  }
  const setPolicy = (repositoryName: string, text: string) =>
    sandbox.ecr().send(new SetRepositoryPolicyCommand({ repositoryName, policyText: text }));
  const list = (keys: Keys, repositoryName: string, registryId?: string) =>
    ecrAs(sandbox, keys).send(new ListImagesCommand({ repositoryName, registryId }));
  const arnOf = (name: string) => `arn:aws:ecr:${region}:${account}:repository/${name}`;

  it("allows a user only what its policies allow, on the repositories they name", async () => {
    const [mine, theirs] = [await repository(), await repository()];
    const keys = await iam.user("vet", { Effect: "Allow", Action: "ecr:ListImages", Resource: arnOf(mine) });
    assert.deepEqual((await list(keys, mine)).imageIds, []);
    await assert.rejects(
      list(keys, theirs),
      denied(
        new RegExp(
          `^User: arn:aws:iam::${account}:user/vet is not authorized to perform: ecr:ListImages on resource: ${arnOf(theirs)} because no identity-based policy allows the ecr:ListImages action$`,
        ),
      ),
    );
    await assert.rejects(
      ecrAs(sandbox, keys).send(new DescribeRepositoriesCommand({ repositoryNames: [mine, theirs] })),
      denied(/ecr:DescribeRepositories/),
    );
    await iam.iam.send(new DeleteUserPolicyCommand({ UserName: "vet", PolicyName: "own" }));
    await assert.rejects(list(keys, mine), denied(/ecr:ListImages/), "what is taken away is gone at once");
  });

  it("checks access before it validates the request", async () => {
    const keys = await iam.user("stranger");
    await assert.rejects(
      ecrAs(sandbox, keys).send(new CreateRepositoryCommand({ repositoryName: "NOT A NAME" })),
      denied(/stranger/),
    );
  });

  it("lets a repository policy allow and deny regardless of the identity's own policies", async () => {
    const name = await repository();
    const keys = await iam.user("keeper");
    const arn = `arn:aws:iam::${account}:user/keeper`;
    await assert.rejects(list(keys, name), denied(/no identity-based policy/));
    await setPolicy(name, policyText({ Effect: "Allow", Principal: { AWS: arn }, Action: "ecr:ListImages" }));
    assert.deepEqual((await list(keys, name)).imageIds, []);
    await setPolicy(
      name,
      policyText({ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "ecr:ListImages" }),
    );
    await assert.rejects(list(keys, name), denied(/no identity-based policy/), "an account's name leaves it to IAM");
    await iam.allowUser("keeper", everything);
    assert.deepEqual((await list(keys, name)).imageIds, []);
    await setPolicy(name, policyText({ Effect: "Deny", Principal: "*", Action: "ecr:ListImages" }));
    await assert.rejects(list(keys, name), denied(/with an explicit deny in a resource-based policy$/));
    await assert.rejects(
      sandbox.ecr().send(new ListImagesCommand({ repositoryName: name })),
      denied(/user|root/i),
      "the root too",
    );
  });

  it("rejects a policy that names a nonexistent user or role", async () => {
    const name = await repository();
    await iam.user("known");
    const theirs = new TestIam(sandbox, other);
    const role = await theirs.role("known-role", everything);
    const allowFor = (AWS: string | string[]) =>
      policyText({ Effect: "Allow", Principal: { AWS }, Action: "ecr:ListImages" });
    await setPolicy(name, allowFor([`arn:aws:iam::${account}:user/known`, role, other, `arn:aws:iam::${other}:root`]));
    for (const arn of [
      `arn:aws:iam::${account}:user/unknown`,
      `arn:aws:iam::${other}:user/known`,
      `arn:aws:iam::${other}:role/a-path/known-role`,
      `arn:aws:iam::${account}:role/known-role`,
    ]) {
      const refusal = serviceError(
        "InvalidParameterException",
        /^Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Principal not found'$/,
      );
      await assert.rejects(setPolicy(name, allowFor([role, arn])), refusal, arn);
      const registry = policyText({
        ...{ Sid: "r", Effect: "Allow", Principal: { AWS: arn }, Action: "ecr:CreateRepository" },
        Resource: `arn:aws:ecr:${region}:${account}:repository/*`,
      });
      await assert.rejects(sandbox.ecr().send(new PutRegistryPolicyCommand({ policyText: registry })), refusal, arn);
    }
  });

  it("requires both an identity-based and a resource-based policy across accounts", async () => {
    const name = await repository();
    const theirs = new TestIam(sandbox, other);
    const keys = await theirs.user("guest");
    await assert.rejects(list(keys, name, account), denied(/no resource-based policy allows/));
    await setPolicy(
      name,
      policyText({
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${other}:root` },
        Action: ["ecr:ListImages", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      }),
    );
    await assert.rejects(list(keys, name, account), denied(/no identity-based policy allows/));
    await theirs.allowUser("guest", everything);
    assert.deepEqual((await list(keys, name, account)).imageIds, []);
    const root = sandbox.ecr({ account: other });
    assert.deepEqual(
      (await root.send(new ListImagesCommand({ repositoryName: name, registryId: account }))).imageIds,
      [],
    );

    await (await privateClient(sandbox)).push(name, "v1", testImage("shared"));
    const guest = await registryAs(sandbox, keys, account);
    assert.equal((await guest.getManifest(name, "v1")).status, 200);
    const push = await refusal(await guest.push(name, "v2", testImage("theirs")));
    assert.deepEqual([push.status, push.code], [403, "DENIED"]);
    assert.match(push.message, /user\/guest is not authorized to perform: ecr:InitiateLayerUpload/);
  });

  it("attributes a session to its role, and limits it by its session policy", async () => {
    const name = await repository();
    const role = await iam.role("pipeline", everything);
    const free = await iam.assume(role);
    assert.deepEqual((await list(free, name)).imageIds, []);
    const narrow = await iam.assume(
      role,
      policyText({ Effect: "Allow", Action: "ecr:DescribeRepositories", Resource: "*" }),
    );
    await assert.rejects(
      list(narrow, name),
      denied(/assumed-role\/pipeline\/test is not authorized.*no session policy allows/),
    );
    await setPolicy(name, policyText({ Effect: "Deny", Principal: { AWS: role }, Action: "ecr:ListImages" }));
    await assert.rejects(
      list(free, name),
      denied(/explicit deny in a resource-based policy/),
      "a role means its sessions",
    );
  });

  it("limits a user by its permissions boundary, and reads managed policies", async () => {
    const name = await repository();
    const managed = async (PolicyName: string, statement: Statement) =>
      (await iam.iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument: policyText(statement) }))).Policy?.Arn;
    const keys = await iam.user("bounded", everything);
    const boundary = await managed("only-reads", { Effect: "Allow", Action: "ecr:Get*", Resource: "*" });
    await iam.iam.send(
      new PutUserPermissionsBoundaryCommand({ UserName: "bounded", PermissionsBoundary: boundary ?? "" }),
    );
    await assert.rejects(list(keys, name), denied(/no permissions boundary allows/));
    const role = await iam.role("reader", login);
    const session = await iam.assume(role);
    await assert.rejects(list(session, name), denied(/ecr:ListImages/));
    const policy = await managed("lists", { Effect: "Allow", Action: "ecr:List*", Resource: "*" });
    await iam.iam.send(new AttachRolePolicyCommand({ RoleName: "reader", PolicyArn: policy ?? "" }));
    assert.deepEqual((await list(session, name)).imageIds, []);
  });

  it("checks pushes and pulls against the current permissions of the identity that logged in", async () => {
    const name = await repository();
    const pull = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"];
    const push = ["ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"];
    const on = (Action: string[]): Statement => ({ Effect: "Allow", Action, Resource: arnOf(name) });
    const keys = await iam.user("builder", login, on([...pull, ...push]));
    const builder = await registryAs(sandbox, keys);
    const image = testImage("built");
    assert.equal((await builder.push(name, "v1", image)).status, 201);
    await iam.allowUser("builder", login, on(pull));
    const refused = await refusal(await builder.push(name, "v2", testImage("too late")));
    assert.deepEqual([refused.status, refused.code], [403, "DENIED"]);
    assert.equal((await builder.getManifest(name, "v1")).status, 200);
    await iam.allowUser("builder", login);
    const pulled = await refusal(await builder.getManifest(name, "v1"));
    assert.deepEqual([pulled.status, pulled.code], [403, "DENIED"]);
    assert.match(
      pulled.message,
      /user\/builder is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr/,
    );
    await iam.allowUser("builder", on(pull));
    await assert.rejects(
      ecrAs(sandbox, keys).send(new GetAuthorizationTokenCommand({})),
      denied(/GetAuthorizationToken/),
    );
  });

  it("evaluates conditions on caller, tags and region, and names the keys it cannot evaluate", async () => {
    const name = await repository();
    const keys = await iam.user("conditional", everything);
    const only = (Condition: Statement["Condition"], Effect: "Allow" | "Deny" = "Deny") =>
      setPolicy(name, policyText({ Effect, Principal: "*", Action: "ecr:ListImages", Condition }));
    await only({ ArnNotLike: { "aws:PrincipalArn": `arn:aws:iam::${account}:user/conditional` } });
    assert.deepEqual((await list(keys, name)).imageIds, []);
    for (const [condition, message] of [
      [{ StringEquals: { "aws:RequestedRegion": region } }, /explicit deny/],
      [{ Bool: { "aws:SecureTransport": "false" } }, /explicit deny/],
      [{ StringNotEquals: { "aws:PrincipalOrgID": "o-other" } }, /explicit deny/],
      [{ StringNotEquals: { "aws:SourceVpce": "vpce-1" } }, /explicit deny/],
      [{ StringEquals: { "example:Unheard": "x" } }, /The sandbox cannot evaluate example:Unheard/],
    ] as const) {
      await only(condition as Statement["Condition"]);
      await assert.rejects(list(keys, name), denied(message), JSON.stringify(condition));
    }
    await only({ StringEquals: { "aws:ResourceTag/team": "red" } });
    assert.deepEqual((await list(keys, name)).imageIds, [], "a condition on a tag that is not there");
  });

  it("applies the registry policy to every action in policy scope V2", async () => {
    const name = await repository();
    const policy = policyText({
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${other}:root` },
      Action: ["ecr:BatchGetImage"],
      Resource: arnOf("*"),
    });
    await sandbox.ecr().send(new PutRegistryPolicyCommand({ policyText: policy }));
    const input = { repositoryName: name, registryId: account, imageIds: [{ imageTag: "none" }] };
    const { failures } = await sandbox.ecr({ account: other }).send(new BatchGetImageCommand(input));
    assert.equal(failures?.[0]?.failureCode, "ImageNotFound");
  });

  it("enforces the same for ECR Public: the signature, the login's two actions, the push", async function () {
    // MiniStack's first request for a service it does not have takes seconds.
    this.timeout(900_000);
    const repositoryName = uniqueName("public");
    await sandbox.ecrPublic().send(new CreatePublicRepositoryCommand({ repositoryName }));
    const loginAction: Statement = { Effect: "Allow", Action: "ecr-public:GetAuthorizationToken", Resource: "*" };
    const bearer: Statement = { Effect: "Allow", Action: "sts:GetServiceBearerToken", Resource: "*" };
    const keys = await iam.user("publisher", loginAction);
    const client = (secretAccessKey = keys.secretAccessKey) =>
      new ECRPUBLICClient({
        ...sandbox.clientOptions("us-east-1"),
        credentials: { ...keys, secretAccessKey },
      });
    await assert.rejects(
      client("guessed").send(new GetPublicTokenCommand({})),
      serviceError("InvalidSignatureException"),
    );
    await assert.rejects(client().send(new GetPublicTokenCommand({})), denied(/sts:GetServiceBearerToken/));
    await iam.allowUser("publisher", loginAction, bearer);
    const { authorizationData } = await client().send(new GetPublicTokenCommand({}));
    const answer = await askBearer(sandbox, authorizationData?.authorizationToken);
    const { token } = (await answer.json()) as { token: string };
    const publisher = new RegistryClient(sandbox.gateway.publicRegistry, `Bearer ${token}`);
    const { repositoryUri = "" } =
      (await sandbox.ecrPublic().send(new CreatePublicRepositoryCommand({ repositoryName: `${repositoryName}-2` })))
        .repository ?? {};
    const path = repositoryUri.slice(repositoryUri.indexOf("/") + 1);
    const refused = await refusal(await publisher.push(path, "v1", testImage("public")));
    assert.deepEqual([refused.status, refused.code], [403, "DENIED"]);
    const pushActions = ["Initiate*", "Upload*", "Complete*", "PutImage"].map((action) => `ecr-public:${action}`);
    await iam.allowUser("publisher", loginAction, bearer, { Effect: "Allow", Action: pushActions, Resource: "*" });
    assert.equal((await publisher.push(path, "v1", testImage("public"))).status, 201);
  });

  it("rejects unknown access keys", async () => {
    const unknown = new ECRClient({
      ...sandbox.clientOptions(region),
      credentials: { ...credentials, accessKeyId: "AKIAUNKNOWNUNKNOWN12" },
    });
    await assert.rejects(
      unknown.send(new DescribeRepositoriesCommand({})),
      serviceError("UnrecognizedClientException"),
    );
  });
});
