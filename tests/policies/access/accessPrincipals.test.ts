import assert from "node:assert/strict";
import { accessAccounts, accessPush } from "../../../policies/access/accessPrincipals";
import { accessNotPublic } from "../../../policies/access/accessStatements";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import { assertFails, assertPasses, assertUnjudged, judgeResource, type Props, unknownText } from "../harness";

type Json = Record<string, unknown>;
/** A policy variable, which has a different value in each request. */
const variable = (name: string) => `$\{aws:${name}}`;
const own = "111111111111";
const other = "222222222222";
const root = (account: string) => `arn:aws:iam::${account}:root`;
const role = (account: string) => `arn:aws:iam::${account}:role/deploy`;
const pull = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
const statement = (principal: unknown, parts: Json = {}): Json => ({
  Effect: "Allow",
  Principal: principal,
  Action: pull,
  ...parts,
});
const policy = (...statements: unknown[]): Json => ({ Version: "2012-10-17", Statement: statements });

describe("policies: ecr-access-accounts", () => {
  const judge = (document: unknown, config: object = {}, more: { provider?: Props; type?: string } = {}) =>
    judgeResource(
      accessAccounts,
      {
        type: more.type ?? resourceTypes.repositoryPolicy,
        props: { repository: "petclinic", policy: document },
        ...(more.provider && { provider: more.provider }),
      },
      config,
    );
  const accounts = { accounts: [own] };
  const notPublic = (document: unknown) =>
    judgeResource(accessNotPublic, { type: resourceTypes.repositoryPolicy, props: { policy: document } });

  it("passes principals of allowed accounts, organizations and services", async () => {
    assertPasses(await judge(policy(statement({ AWS: [own, root(own), role(own)] })), accounts));
    const organization = { Condition: { StringEquals: { "aws:PrincipalOrgID": "o-abcdefghij" } } };
    assertPasses(await judge(policy(statement("*", organization)), { organizations: ["o-abcdefghij"] }));
    const lambda = { Condition: { StringLike: { "aws:SourceArn": `arn:aws:lambda:us-east-1:${own}:function:*` } } };
    assertPasses(await judge(policy(statement({ Service: "lambda.amazonaws.com" }, lambda)), accounts));
    assertPasses(await judge(policy({ Effect: "Deny", Principal: { AWS: other }, Action: "ecr:*" })));
    const endpoint = { Condition: { StringEquals: { "aws:SourceVpce": "vpce-0123456789abcdef0" } } };
    assertPasses(await judge(policy(statement("*", endpoint)), { networks: ["vpce-0123456789abcdef0"] }));
  });

  it("fails strangers, and names them", async () => {
    assertFails(
      await judge(policy(statement({ AWS: role(own) }), statement({ AWS: [role(other), root(other)] })), accounts),
      /^policy\.Statement\[1\]: the policy of repository "petclinic" grants access to account 222222222222, which is not on the list\. Allowed: accounts "111111111111", organizations \(none\), services "codebuild\.amazonaws\.com", "lambda\.amazonaws\.com" and networks \(none\)\. Remove the principal/,
    );
    const organization = { Condition: { StringEquals: { "aws:PrincipalOrgID": "o-abcdefghij" } } };
    assertFails(
      await judge(policy(statement("*", organization))),
      /organization o-abcdefghij, which is not on the list/,
    );
    assertFails(
      await judge(policy(statement({ Service: "ec2.amazonaws.com" }))),
      /service ec2\.amazonaws\.com, which is not on the list/,
    );
    assertFails(
      await judge(policy(statement({ AWS: "AROA1234567890ABCDEFG" })), accounts),
      /the identity AROA1234567890ABCDEFG, which may belong to any account/,
    );
    assertFails(await judge(policy(statement({ Federated: "cognito-identity.amazonaws.com" }))), /Federated cognito/);
  });

  it("fails a service that may act for anyone, and one that acts for a stranger", async () => {
    const lambda = { Service: "lambda.amazonaws.com" };
    assertFails(
      await judge(policy(statement(lambda)), accounts),
      /on behalf of every AWS account, as no condition names one/,
    );
    const condition = { Condition: { StringEquals: { "aws:SourceAccount": other } } };
    assertFails(
      await judge(policy(statement(lambda, condition)), accounts),
      /account 222222222222, which is not on the list/,
    );
    const both = { Condition: { StringEquals: { "aws:SourceAccount": [own, other] } } };
    assertFails(
      await judge(policy(statement(lambda, both)), accounts),
      /account 222222222222, which is not on the list/,
    );
  });

  it("fails a stranger's network", async () => {
    for (const [key, id] of [
      ["aws:SourceVpce", "vpce-0123456789abcdef0"],
      ["aws:SourceVpc", "vpc-0123456789abcdef0"],
      ["aws:sourceVpc", "vpc-0a1b2c3d"],
    ] as const) {
      const condition = { Condition: { StringEquals: { [key]: id } } };
      assertFails(
        await judge(policy(statement("*", condition)), { networks: ["vpc-fffffffff"] }),
        /network vpce?-0\w+, which is not on the list/,
      );
      assertPasses(await judge(policy(statement("*", condition)), { networks: [id] }));
      const lambda = { Service: "lambda.amazonaws.com" };
      assertFails(await judge(policy(statement(lambda, condition))), /network vpce?-0\w+, which is not on the list/);
    }
    // With an account in the condition as well, the account decides.
    const both = { "aws:SourceVpc": "vpc-0a1b2c3d", "aws:PrincipalAccount": own };
    assertPasses(await judge(policy(statement("*", { Condition: { StringEquals: both } })), accounts));
  });

  it("passes the registry's own account and organization", async () => {
    for (const [key, value] of [
      ["aws:PrincipalOrgID", variable("ResourceOrgID")],
      ["aws:PrincipalAccount", variable("ResourceAccount")],
      ["aws:SourceOrgID", variable("ResourceOrgID")],
      ["aws:SourceAccount", variable("resourceaccount")],
      ["aws:PrincipalOrgPaths", `${variable("ResourceOrgID")}/*`],
    ] as const) {
      const condition = { Condition: { StringLike: { [key]: value } } };
      assertPasses(await judge(policy(statement("*", condition))));
      assertPasses(await judge(policy(statement({ Service: "lambda.amazonaws.com" }, condition))));
      assertPasses(await notPublic(policy(statement("*", condition))));
    }
    // Conditions that any caller can meet: its own organization, a resource tag, an organization as a default value.
    for (const value of [
      variable("PrincipalOrgID"),
      variable("ResourceTag/org"),
      `$\{aws:ResourceOrgID, "o-a1b2c3d4e5"}`,
    ]) {
      const condition = { Condition: { StringEquals: { "aws:PrincipalOrgID": value } } };
      assert.equal((await notPublic(policy(statement("*", condition)))).violations.length, 1, value);
    }
  });

  it("fails a condition value that no caller has, which is not public", async () => {
    for (const [operator, key, value, wanted] of [
      ["StringEquals", "aws:PrincipalOrgID", "o-123", /an organization's id, such as o-a1b2c3d4e5/],
      ["StringLike", "aws:PrincipalOrgID", "<organization>", /an organization's id/],
      ["StringEquals", "aws:PrincipalOrgID", "o-*", /an organization's id/],
      ["StringEquals", "aws:PrincipalOrgID", "O-A1B2C3D4E5", /an organization's id/],
      ["StringEquals", "aws:PrincipalAccount", "1234", /an account's twelve digits/],
      ["StringEquals", "aws:PrincipalAccount", `arn:aws:iam::${own}:root`, /an account's twelve digits/],
      ["ForAnyValue:StringEquals", "aws:PrincipalOrgPaths", "o-a1b2c3d4e5", /an organization's path/],
      ["StringEquals", "aws:SourceVpce", "vpc-0a1b2c3d", /a VPC endpoint's id/],
      ["StringEquals", "aws:SourceVpc", "vpce-0a1b2c3d", /a VPC's id/],
      ["ArnEquals", "aws:PrincipalArn", own, /an ARN/],
    ] as const) {
      const document = policy(statement("*", { Condition: { [operator]: { [key]: value } } }));
      assertPasses(await notPublic(document));
      const { violations } = await judge(document);
      assert.equal(violations.length, 1, `${key} ${value}`);
      assert.match(
        violations[0] ?? "",
        /^policy\.Statement\[0\]\.Condition: the policy of repository "petclinic" compares .* which no caller has, so this value grants access to nobody\. Must be .*\. Correct the id, or remove the value\.$/,
      );
      assert.match(violations[0] ?? "", wanted);
      const service = policy(
        statement({ Service: "lambda.amazonaws.com" }, { Condition: { [operator]: { [key]: value } } }),
      );
      assert.match((await judge(service)).violations.join(), /which no caller has/);
    }
    const anyCase = { Condition: { StringEqualsIgnoreCase: { "aws:PrincipalOrgID": "O-ABCDEFGHIJ" } } };
    assertPasses(await judge(policy(statement("*", anyCase)), { organizations: ["o-abcdefghij"] }));
    const beside = { Condition: { StringEquals: { "aws:PrincipalAccount": ["1234", other] } } };
    assert.equal((await judge(policy(statement("*", beside)))).violations.length, 2);
  });

  it("treats the provider's account as the registry's own", async () => {
    const document = policy(statement({ AWS: role(own) }));
    for (const allowedAccountIds of [[own], JSON.stringify([own])]) {
      assertPasses(await judge(document, {}, { provider: { allowedAccountIds } }));
    }
    assertPasses(
      await judge(
        document,
        {},
        { provider: { assumeRoles: JSON.stringify([{ roleArn: role(other) }, { roleArn: role(own) }]) } },
      ),
    );
    for (const allowedAccountIds of ["[", "{}", unknownText, [5], undefined]) {
      assertFails(
        await judge(document, {}, { provider: { allowedAccountIds } }),
        /account 111111111111, which is not on the list/,
      );
    }
    // The registry is in one of the two accounts, but it is not known in which.
    for (const account of [own, other]) {
      const two = { allowedAccountIds: JSON.stringify([own, other]) };
      assertFails(
        await judge(policy(statement({ AWS: role(account) })), {}, { provider: two }),
        /, which is not on the list/,
      );
    }
  });

  it("reports empty lists as (none)", async () => {
    assertFails(
      await judge(policy(statement({ AWS: other })), { services: [] }, { provider: { allowedAccountIds: [5] } }),
      /Allowed: accounts \(none\), organizations \(none\), services \(none\) and networks \(none\)\. Remove/,
    );
  });

  it("leaves public access to ecr-access-not-public", async () => {
    assertPasses(await judge(policy(statement("*"))));
  });

  it("reports unknown values", async () => {
    assertUnjudged(await judge(policy(statement({ AWS: unknownText }))), /^policy\.Statement\[0\]\.Principal\.AWS of/);
    assertUnjudged(await judge(unknownText), /^policy, /);
  });

  it("ignores keys and other resources", async () => {
    assertPasses(await judge(policy(statement({ AWS: other })), {}, { type: resourceTypes.key }));
    assertPasses(await judge(undefined));
  });
});

describe("policies: ecr-access-push", () => {
  const judge = (document: unknown, config: object = {}, type: string = resourceTypes.repositoryPolicy) =>
    judgeResource(
      accessPush,
      { type, props: { repository: "petclinic", repositoryName: "open", policy: document } },
      config,
    );
  const push = { Action: ["ecr:BatchCheckLayerAvailability", "ecr:PutImage"] };

  it("passes roles that push and anyone who pulls", async () => {
    assertPasses(await judge(policy(statement({ AWS: role(other) }, push), statement({ AWS: root(other) }))));
    assertPasses(await judge(policy(statement({ AWS: root(other) }, { Action: "ecr:BatchCheckLayerAvailability" }))));
    assertPasses(await judge(policy(statement({ AWS: root(own) }, push)), { pushers: [root(own)] }));
    assertPasses(await judge(policy({ Effect: "Deny", Principal: "*", Action: "ecr:PutImage" })));
    assertPasses(await judge(undefined));
  });

  it("fails everyone else who can push, by any push action", async () => {
    assertFails(
      await judge(policy(statement({ AWS: [role(own), root(other)] }, push))),
      /^policy\.Statement\[0\]: the policy of repository "petclinic" allows account 222222222222 to push \(ecr:PutImage\)\. Allowed: "arn:aws\*:iam::\*:role\/\*"\. Name the role/,
    );
    for (const Action of ["*", "ecr:*", "ecr:Put*", "ecr:UploadLayerPart"]) {
      assertFails(
        await judge(policy(statement({ AWS: root(other) }, { Action }))),
        /allows account 222222222222 to push/,
      );
    }
    const { Action: _, ...allBut } = statement({ AWS: root(other) }, { NotAction: "ecr:DeleteRepository" });
    assertFails(await judge(policy(allBut)), /push/);
    assertFails(await judge(policy(statement("*", push))), /allows anyone to push/);
    assertFails(
      await judge(policy(statement({ Service: "codebuild.amazonaws.com" }, push))),
      /allows codebuild\.amazonaws\.com to push/,
    );
    assertFails(await judge(policy(statement({ AWS: role(own) }, push)), { pushers: [] }), /Allowed: none/);
    const service = { Service: "codebuild.amazonaws.com" };
    assertFails(
      await judge(policy(statement({ AWS: root(other), ...service }, push))),
      /allows account 222222222222, codebuild\.amazonaws\.com to push \(ecr:PutImage\)/,
    );
  });

  it("names principals that a condition admits", async () => {
    const conditions: [condition: Json, who: RegExp][] = [
      [{ StringEquals: { "aws:PrincipalOrgID": "o-abcdefghij" } }, /allows organization o-abcdefghij to push/],
      [
        { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-abcdefghij/r-ab12/ou-ab12-11111111/*" } },
        /allows organization o-abcdefghij\/r-ab12\/ou-ab12-11111111\/\* to push/,
      ],
      [{ StringEquals: { "aws:SourceVpce": "vpce-0123456789abcdef0" } }, /allows vpce-0123456789abcdef0 to push/],
    ];
    for (const [Condition, who] of conditions) {
      assertFails(await judge(policy(statement("*", { ...push, Condition }))), who);
    }
  });

  it("passes a condition that admits nobody", async () => {
    const nobody = { StringEquals: { "aws:PrincipalOrgID": "o-1" } };
    assertPasses(await judge(policy(statement("*", { ...push, Condition: nobody }))));
    const ownAccount = { StringEquals: { "aws:PrincipalAccount": variable("ResourceAccount") } };
    assertFails(
      await judge(policy(statement("*", { ...push, Condition: ownAccount }))),
      /allows the registry's own account to push/,
    );
  });

  it("checks public repositories", async () => {
    const action = { Action: "ecr-public:PutImage" };
    assertFails(
      await judge(policy(statement({ AWS: root(other) }, action)), {}, resourceTypes.publicRepositoryPolicy),
      /the policy of public repository "open" allows account 222222222222 to push \(ecr-public:PutImage\)/,
    );
    const checking = { Action: "ecr-public:BatchCheckLayerAvailability" };
    assertPasses(
      await judge(policy(statement({ AWS: root(other) }, checking)), {}, resourceTypes.publicRepositoryPolicy),
    );
  });

  it("reports unknown values", async () => {
    const verdict = await judge(policy(statement({ AWS: unknownText }, push)));
    assertUnjudged(verdict, /^policy\.Statement\[0\]\.Principal\.AWS of/);
    assert.equal(verdict.urns.length, 0);
  });
});
