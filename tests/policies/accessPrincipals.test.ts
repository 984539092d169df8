import assert from "node:assert/strict";
import { accessNotPublic } from "../../policies/access";
import { accessAccounts, accessPush } from "../../policies/accessPrincipals";
import { resourceTypes } from "../../policies/resources";
import { assertFails, assertPasses, assertUnjudged, judgeResource, type Props, unknownText } from "./harness";

type Json = Record<string, unknown>;
/** A policy variable, which stands for another text in each request. */
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

  it("fails strangers, by name", async () => {
    assertFails(
      await judge(policy(statement({ AWS: role(own) }), statement({ AWS: [role(other), root(other)] })), accounts),
      /^policy\.Statement\[1\]: the policy of repository "petclinic": account 222222222222 is on no list; allowed are accounts "111111111111", organizations \(none\), services "codebuild\.amazonaws\.com", "lambda\.amazonaws\.com" and networks \(none\)\. Take the principal out/,
    );
    const organization = { Condition: { StringEquals: { "aws:PrincipalOrgID": "o-abcdefghij" } } };
    assertFails(await judge(policy(statement("*", organization))), /organization o-abcdefghij is on no list/);
    assertFails(
      await judge(policy(statement({ Service: "ec2.amazonaws.com" }))),
      /service ec2\.amazonaws\.com is on no list/,
    );
    assertFails(
      await judge(policy(statement({ AWS: "AROA1234567890ABCDEFG" })), accounts),
      /the identity AROA1234567890ABCDEFG cannot/,
    );
    assertFails(await judge(policy(statement({ Federated: "cognito-identity.amazonaws.com" }))), /Federated cognito/);
  });

  it("fails a service that may act for anyone, and one that acts for a stranger", async () => {
    const lambda = { Service: "lambda.amazonaws.com" };
    assertFails(
      await judge(policy(statement(lambda)), accounts),
      /acts for every AWS account, as no condition says for whom/,
    );
    const condition = { Condition: { StringEquals: { "aws:SourceAccount": other } } };
    assertFails(await judge(policy(statement(lambda, condition)), accounts), /account 222222222222 is on no list/);
    const both = { Condition: { StringEquals: { "aws:SourceAccount": [own, other] } } };
    assertFails(await judge(policy(statement(lambda, both)), accounts), /account 222222222222 is on no list/);
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
        /network vpce?-0\w+ is on no list/,
      );
      assertPasses(await judge(policy(statement("*", condition)), { networks: [id] }));
      const lambda = { Service: "lambda.amazonaws.com" };
      assertFails(await judge(policy(statement(lambda, condition))), /network vpce?-0\w+ is on no list/);
    }
    // Bound to an account too, it is the account that counts.
    const both = { "aws:SourceVpc": "vpc-0a1b2c3d", "aws:PrincipalAccount": own };
    assertPasses(await judge(policy(statement("*", { Condition: { StringEquals: both } })), accounts));
  });

  it("passes the registry's own account and organization, whatever these are", async () => {
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
    // What every caller has is no bound: its own organization, a tag, an organization that is there if need be.
    for (const value of [
      variable("PrincipalOrgID"),
      variable("ResourceTag/org"),
      `$\{aws:ResourceOrgID, "o-a1b2c3d4e5"}`,
    ]) {
      const condition = { Condition: { StringEquals: { "aws:PrincipalOrgID": value } } };
      assert.equal((await notPublic(policy(statement("*", condition)))).violations.length, 1, value);
    }
  });

  it("says which value of a condition nobody has, and that it is not public", async () => {
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
        /^policy\.Statement\[0\]\.Condition: the policy of repository "petclinic" compares .* which nobody has, so this value lets nobody in\. Must be .*\. Write the id that is meant, or take the value out\.$/,
      );
      assert.match(violations[0] ?? "", wanted);
      const service = policy(
        statement({ Service: "lambda.amazonaws.com" }, { Condition: { [operator]: { [key]: value } } }),
      );
      assert.match((await judge(service)).violations.join(), /which nobody has/);
    }
    const anyCase = { Condition: { StringEqualsIgnoreCase: { "aws:PrincipalOrgID": "O-ABCDEFGHIJ" } } };
    assertPasses(await judge(policy(statement("*", anyCase)), { organizations: ["o-abcdefghij"] }));
    const beside = { Condition: { StringEquals: { "aws:PrincipalAccount": ["1234", other] } } };
    assert.equal((await judge(policy(statement("*", beside)))).violations.length, 2);
  });

  it("takes the account that the provider works in for its own", async () => {
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
      assertFails(await judge(document, {}, { provider: { allowedAccountIds } }), /account 111111111111 is on no list/);
    }
    // Of two, the registry is in one, and nobody knows which.
    for (const account of [own, other]) {
      const two = { allowedAccountIds: JSON.stringify([own, other]) };
      assertFails(await judge(policy(statement({ AWS: role(account) })), {}, { provider: two }), /is on no list/);
    }
  });

  it("says where a list has nobody on it", async () => {
    assertFails(
      await judge(policy(statement({ AWS: other })), { services: [] }, { provider: { allowedAccountIds: [5] } }),
      /allowed are accounts \(none\), organizations \(none\), services \(none\) and networks \(none\)\. Take/,
    );
  });

  it("leaves anyone at all to the rule about that", async () => {
    assertPasses(await judge(policy(statement("*"))));
  });

  it("says what is not known", async () => {
    assertUnjudged(await judge(policy(statement({ AWS: unknownText }))), /^policy\.Statement\[0\]\.Principal\.AWS of/);
    assertUnjudged(await judge(unknownText), /^policy, /);
  });

  it("leaves keys and other resources alone", async () => {
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

  it("fails everybody else who pushes, under whatever action", async () => {
    assertFails(
      await judge(policy(statement({ AWS: [role(own), root(other)] }, push))),
      /^policy\.Statement\[0\]: the policy of repository "petclinic" lets account 222222222222 push \(ecr:PutImage\); allowed are "arn:aws\*:iam::\*:role\/\*"\. Name a role/,
    );
    for (const Action of ["*", "ecr:*", "ecr:Put*", "ecr:UploadLayerPart"]) {
      assertFails(await judge(policy(statement({ AWS: root(other) }, { Action }))), /lets account 222222222222 push/);
    }
    const { Action: _, ...allBut } = statement({ AWS: root(other) }, { NotAction: "ecr:DeleteRepository" });
    assertFails(await judge(policy(allBut)), /push/);
    assertFails(await judge(policy(statement("*", push))), /lets anyone push/);
    assertFails(
      await judge(policy(statement({ Service: "codebuild.amazonaws.com" }, push))),
      /lets codebuild\.amazonaws\.com push/,
    );
    assertFails(await judge(policy(statement({ AWS: role(own) }, push)), { pushers: [] }), /allowed are none/);
    const service = { Service: "codebuild.amazonaws.com" };
    assertFails(
      await judge(policy(statement({ AWS: root(other), ...service }, push))),
      /lets account 222222222222, codebuild\.amazonaws\.com push \(ecr:PutImage\)/,
    );
  });

  it("names those who are let in by a condition", async () => {
    const conditions: [condition: Json, who: RegExp][] = [
      [{ StringEquals: { "aws:PrincipalOrgID": "o-abcdefghij" } }, /lets organization o-abcdefghij push/],
      [
        { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-abcdefghij/r-ab12/ou-ab12-11111111/*" } },
        /lets organization o-abcdefghij\/r-ab12\/ou-ab12-11111111\/\* push/,
      ],
      [{ StringEquals: { "aws:SourceVpce": "vpce-0123456789abcdef0" } }, /lets vpce-0123456789abcdef0 push/],
    ];
    for (const [Condition, who] of conditions) {
      assertFails(await judge(policy(statement("*", { ...push, Condition }))), who);
    }
  });

  it("lets those push whom a condition leaves none of", async () => {
    const nobody = { StringEquals: { "aws:PrincipalOrgID": "o-1" } };
    assertPasses(await judge(policy(statement("*", { ...push, Condition: nobody }))));
    const ownAccount = { StringEquals: { "aws:PrincipalAccount": variable("ResourceAccount") } };
    assertFails(
      await judge(policy(statement("*", { ...push, Condition: ownAccount }))),
      /lets the registry's own account push/,
    );
  });

  it("judges public repositories", async () => {
    const action = { Action: "ecr-public:PutImage" };
    assertFails(
      await judge(policy(statement({ AWS: root(other) }, action)), {}, resourceTypes.publicRepositoryPolicy),
      /the policy of public repository "open" lets account 222222222222 push \(ecr-public:PutImage\)/,
    );
    const checking = { Action: "ecr-public:BatchCheckLayerAvailability" };
    assertPasses(
      await judge(policy(statement({ AWS: root(other) }, checking)), {}, resourceTypes.publicRepositoryPolicy),
    );
  });

  it("says what is not known", async () => {
    const verdict = await judge(policy(statement({ AWS: unknownText }, push)));
    assertUnjudged(verdict, /^policy\.Statement\[0\]\.Principal\.AWS of/);
    assert.equal(verdict.urns.length, 0);
  });
});
