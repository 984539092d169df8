import assert from "node:assert/strict";
import {
  CreatePullThroughCacheRuleCommand,
  CreateRepositoryCommand,
  ListImagesCommand,
  PutAccountSettingCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import { MinistackClient } from "../../../sandbox/gateway/ministack/ministackClient";
import { installMinistack, ministackProcess, startMinistack } from "../../../sandbox/services/ministack";
import { stopProcess } from "../../../sandbox/services/processes";
import { account, credentials, region, serviceError, TestSandbox, uniqueName } from "./harness";
import { policyText, registryAs, type Statement, TestIam } from "./iam";
import { digestOf, privateClient, testImage } from "./registryClient";

const other = "222222222222";
const arnOf = (name: string, owner = account) => `arn:aws:ecr:${region}:${owner}:repository/${name}`;

describe("gateway: access by organization, and across repositories and accounts", () => {
  const sandbox = new TestSandbox();
  let iam: TestIam;
  let organizations: (operation: string, input?: object) => Promise<object>;
  before(async function () {
    // The first run on a machine installs MiniStack.
    this.timeout(900_000);
    const url = await startMinistack(sandbox.home, await installMinistack(), { account, region, credentials });
    await sandbox.start(url);
    iam = new TestIam(sandbox);
    const ministack = new MinistackClient(sandbox.config(url));
    organizations = (operation, input = {}) =>
      ministack.json("organizations", `AWSOrganizationsV20161128.${operation}`, input, account, "us-east-1");
  });
  after(async () => {
    await stopProcess(sandbox.home, ministackProcess);
    await sandbox.remove();
  });

  async function repository(owner?: string): Promise<string> {
    const repositoryName = uniqueName("accounts");
    await sandbox.ecr({ account: owner }).send(new CreateRepositoryCommand({ repositoryName }));
    return repositoryName;
  }

  describe("policy conditions", () => {
    let name: string;
    let organization: string;
    let root: string;
    let unit: string;
    let member: string;
    before(async () => {
      name = await repository();
      const { CreateAccountStatus } = (await organizations("CreateAccount", {
        Email: "vets@example.com",
        AccountName: "vets",
      })) as { CreateAccountStatus: { AccountId: string } };
      const { Organization } = (await organizations("DescribeOrganization")) as { Organization: { Id: string } };
      const { Roots } = (await organizations("ListRoots")) as { Roots: { Id: string }[] };
      member = CreateAccountStatus.AccountId;
      organization = Organization.Id;
      root = Roots[0]?.Id ?? "";
      const { OrganizationalUnit } = (await organizations("CreateOrganizationalUnit", {
        ParentId: root,
        Name: "workloads",
      })) as { OrganizationalUnit: { Id: string } };
      unit = OrganizationalUnit.Id;
      await organizations("MoveAccount", { AccountId: member, SourceParentId: root, DestinationParentId: unit });
    });

    const allowIf = (Condition: Statement["Condition"]) => policy({ Effect: "Allow", Condition });
    const policy = (part: Pick<Statement, "Effect" | "Condition">) =>
      sandbox.ecr().send(
        new SetRepositoryPolicyCommand({
          repositoryName: name,
          policyText: policyText({ Principal: "*", Action: "ecr:ListImages", ...part }),
        }),
      );
    const listAs = (who: string) =>
      sandbox.ecr({ account: who }).send(new ListImagesCommand({ repositoryName: name, registryId: account }));
    const denied = (message = /no resource-based policy allows/) => serviceError("AccessDeniedException", message);

    it("let in the accounts of an organization and no others", async () => {
      await allowIf({ StringEquals: { "aws:PrincipalOrgID": organization } });
      assert.deepEqual((await listAs(member)).imageIds, []);
      await assert.rejects(listAs(other), denied(), "an account of no organization");
      await allowIf({ StringEquals: { "aws:PrincipalOrgID": "o-another" } });
      await assert.rejects(listAs(member), denied());
      await allowIf({ StringEquals: { "aws:ResourceOrgID": `\${aws:PrincipalOrgID}` } });
      assert.deepEqual((await listAs(member)).imageIds, [], "both in the same");
    });

    it("let in the accounts of an organizational unit for as long as they belong to it", async () => {
      const below = { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": `${organization}/${root}/${unit}/*` } };
      await allowIf(below);
      assert.deepEqual((await listAs(member)).imageIds, []);
      await assert.rejects(listAs(other), denied());
      await organizations("MoveAccount", { AccountId: member, SourceParentId: unit, DestinationParentId: root });
      await assert.rejects(listAs(member), denied(), "at the root now");
    });

    it("on a source treat the key as absent from a direct request", async () => {
      for (const [key, value] of [
        ["aws:SourceArn", "arn:aws:lambda:*:*:function:*"],
        ["aws:SourceAccount", other],
        ["aws:SourceOrgID", "o-another"],
        ["aws:SourceVpce", "vpce-0"],
        ["aws:SourceVpc", "vpc-0"],
      ] as const) {
        await allowIf({ StringLike: { [key]: value } });
        await assert.rejects(listAs(other), denied(), key);
        await allowIf({ StringLikeIfExists: { [key]: value } });
        assert.deepEqual((await listAs(other)).imageIds, [], key);
        await policy({ Effect: "Deny", Condition: { StringNotLike: { [key]: value } } });
        await assert.rejects(listAs(account), denied(/explicit deny in a resource-based policy/), key);
      }
    });

    it("deny when the sandbox cannot evaluate them, and name the key", async () => {
      await allowIf({ StringEquals: { "aws:MultiFactorAuthPresent": "true" } });
      await assert.rejects(
        listAs(other),
        denied(/The sandbox cannot evaluate aws:MultiFactorAuthPresent, so it denies whatever depends on it/),
      );
    });
  });

  it("does not mount a layer from a repository that the caller may not read", async () => {
    const [source, target] = [await repository(), await repository()];
    const image = testImage("secret");
    await (await privateClient(sandbox)).push(source, "v1", image);
    await sandbox.ecr().send(new PutAccountSettingCommand({ name: "BLOB_MOUNTING", value: "ENABLED" }));
    const login: Statement = { Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" };
    const push: Statement = { Effect: "Allow", Action: "ecr:*", Resource: arnOf(target) };
    const guest = await registryAs(sandbox, await iam.user("mounter", login, push));
    const digest = digestOf(image.layer);
    const mount = async () =>
      (await guest.request("POST", `/v2/${target}/blobs/uploads/?mount=${digest}&from=${source}`)).status;
    assert.equal(await mount(), 202, "an ordinary upload is opened");
    assert.equal((await guest.request("HEAD", `/v2/${target}/blobs/${digest}`)).status, 404);
    const read: Statement = { Effect: "Allow", Action: "ecr:GetDownloadUrlForLayer", Resource: arnOf(source) };
    await iam.allowUser("mounter", login, push, read);
    assert.equal(await mount(), 201);
  });

  it("fetches another account's image through a pull-through cache as the rule's role", async () => {
    const upstream = await repository(other);
    const image = testImage("theirs");
    await (await privateClient(sandbox, { account: other })).push(upstream, "v1", image);
    const actions = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
    const customRoleArn = await iam.role("cache", { Effect: "Deny", Action: "ecr:PutImage", Resource: "*" });
    await sandbox.ecr().send(
      new CreatePullThroughCacheRuleCommand({
        ecrRepositoryPrefix: "theirs",
        upstreamRegistryUrl: `${other}.dkr.ecr.${region}.amazonaws.com`,
        customRoleArn,
      }),
    );
    const mine = await privateClient(sandbox);
    const pull = () => mine.getManifest(`theirs/${upstream}`, "v1");
    assert.equal((await pull()).status, 404, "neither side allows the role");
    await sandbox.ecr({ account: other }).send(
      new SetRepositoryPolicyCommand({
        repositoryName: upstream,
        policyText: policyText({ Effect: "Allow", Principal: { AWS: customRoleArn }, Action: actions }),
      }),
    );
    assert.equal((await pull()).status, 404, "the role's own account does not");
    await iam.allowRole("cache", { Effect: "Allow", Action: actions, Resource: arnOf(upstream, other) });
    assert.equal(await (await pull()).text(), image.manifest);
  });
});
