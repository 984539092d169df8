import assert from "node:assert/strict";
import { accessActions, accessNotPublic } from "../../../policies/access/accessStatements";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import {
  assertFails,
  assertPasses,
  assertUnjudged,
  assertViolations,
  judgeResource,
  type Props,
  unknownList,
  unknownText,
} from "../harness";

type Json = Record<string, unknown>;
const account = { AWS: "arn:aws:iam::123456789012:root" };
const pull = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
const statement = (parts: Json = {}): Json => ({ Effect: "Allow", Principal: account, Action: pull, ...parts });
const policy = (...statements: unknown[]): Json => ({ Version: "2012-10-17", Statement: statements });

const { repositoryPolicy, registryPolicy, creationTemplate, publicRepositoryPolicy, key, keyPolicy, replicaKey } =
  resourceTypes;
const { externalKey, replicaExternalKey } = resourceTypes;
const named: Props = { repository: "petclinic", prefix: "team", repositoryName: "open", keyId: "key-1" };

describe("policies: ecr-access-not-public", () => {
  const judge = (document: unknown, type: string = repositoryPolicy, property = "policy") =>
    judgeResource(accessNotPublic, { type, props: { ...named, [property]: document } });

  it("passes statements for named principals, and for anyone of an organization, account, VPC or endpoint", async () => {
    for (const each of [
      statement(),
      statement({ Principal: { Service: "lambda.amazonaws.com" } }),
      statement({ Principal: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": "o-abcdefghij" } } }),
      statement({ Principal: { AWS: ["*"] }, Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } } }),
      statement({ Principal: "*", Condition: { StringEquals: { "aws:SourceVpce": "vpce-0123456789abcdef0" } } }),
      { Effect: "Deny", Principal: "*", Action: "ecr:*" },
    ]) {
      assertPasses(await judge(policy(each)));
      assertPasses(await judge(JSON.stringify(policy(each))));
      assertPasses(await judge({ Version: "2012-10-17", Statement: each }));
    }
  });

  const open: [title: string, statement: Json, why: RegExp][] = [
    ['Principal "*"', statement({ Principal: "*" }), /Principal "\*" is anyone/],
    ['AWS "*"', statement({ Principal: { AWS: "*" } }), /is anyone/],
    ['"*" in a list', statement({ Principal: { AWS: ["*", "123456789012"] } }), /is anyone/],
    ["NotPrincipal", { Effect: "Allow", NotPrincipal: account, Action: pull }, /NotPrincipal lets in everyone/],
    [
      "a condition that also holds without the key",
      statement({
        Principal: "*",
        Condition: { "ForAllValues:StringEquals": { "aws:PrincipalOrgID": "o-abcdefghij" } },
      }),
      /ForAllValues:StringEquals aws:PrincipalOrgID/,
    ],
    [
      "a condition that only excludes",
      statement({ Principal: "*", Condition: { StringNotEquals: { "aws:SourceAccount": "123456789012" } } }),
      /StringNotEquals aws:SourceAccount/,
    ],
  ];
  for (const [title, each, why] of open) {
    it(`fails ${title}`, async () => {
      for (const document of [policy(each), JSON.stringify(policy(each))]) {
        const verdict = await judge(document);
        assertFails(verdict, /^policy\.Statement\[0\]: the policy of repository "petclinic" grants access to anyone: /);
        assert.match(verdict.violations[0] ?? "", why);
      }
    });
  }

  it("checks every kind of policy, and names it", async () => {
    const everyone = policy(statement(), statement({ Principal: "*" }));
    for (const [type, property, label] of [
      [registryPolicy, "policy", "the registry policy"],
      [creationTemplate, "repositoryPolicy", 'the repository policy of creation template "team"'],
      [publicRepositoryPolicy, "policy", 'the policy of public repository "open"'],
      [keyPolicy, "policy", 'the policy of KMS key "key-1"'],
      [key, "policy", 'the policy of KMS key "key-1"'],
      [replicaKey, "policy", 'the policy of KMS key "key-1"'],
      [externalKey, "policy", 'the policy of KMS key "key-1"'],
      [replicaExternalKey, "policy", 'the policy of KMS key "key-1"'],
    ] as const) {
      const verdict = await judge(everyone, type, property);
      assertFails(verdict, /Statement\[1\]/);
      assert.ok(verdict.violations[0]?.startsWith(`${property}.Statement[1]: ${label} grants access to anyone`), label);
    }
  });

  it("passes resources without a policy, with one without statements, and of other types", async () => {
    for (const document of [undefined, null, "", { Statement: [] }]) {
      assertPasses(await judge(document));
    }
    assertPasses(await judge(policy(statement({ Principal: "*" })), resourceTypes.repository));
  });

  it("fails unreadable statements, and checks the others", async () => {
    const unread = (at: string) =>
      new RegExp(`^policy${at}: the policy of repository "petclinic" cannot be read as an IAM policy, `);
    for (const document of [
      "{",
      "[]",
      "null",
      5,
      {},
      `\ufeff${JSON.stringify(policy(statement()))}`,
      { statement: [] },
    ]) {
      assertFails(await judge(document), unread(""));
    }
    for (const each of [
      "x",
      7,
      { ...statement(), Effect: "allow" },
      { Effect: "Allow", principal: "*", Action: pull },
      { ...statement(), Principal: null },
      { ...statement(), Principal: { AWS: 123456789012 } },
      { ...statement(), Condition: "x" },
      { ...statement(), Resources: "*" },
    ]) {
      assertFails(await judge(policy(each)), unread("\\.Statement\\[0\\]"));
      assertFails(
        await judge(JSON.stringify(policy(each, statement({ Principal: "*" })))),
        unread("\\.Statement\\[0\\]"),
        /^policy\.Statement\[1\]: .* grants access to anyone/,
      );
    }
  });

  it("reports unknown values, and checks the rest", async () => {
    assertUnjudged(await judge(unknownText), /^policy, the policy of repository "petclinic", is not known yet\./);
    assertUnjudged(await judge({ Statement: unknownList }), /^policy\.Statement of the policy of/);
    assertUnjudged(await judge(policy(unknownText)), /^policy\.Statement\[0\] of/);
    assertUnjudged(await judge(policy(statement({ Principal: unknownText }))), /^policy\.Statement\[0\]\.Principal of/);
    assertUnjudged(
      await judge(
        policy(statement({ Principal: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": unknownText } } })),
      ),
      /^policy\.Statement\[0\]\.Condition\.StringEquals\.aws:PrincipalOrgID of/,
    );
    const mixed = await judge(policy(unknownText, statement({ Principal: "*" })));
    assertViolations(mixed, /^policy\.Statement\[1\]:/);
    assert.equal(mixed.unjudged.length, 1);
  });

  it("treats a string with a placeholder of the provider as unknown", async () => {
    const text = JSON.stringify(
      policy({ Effect: "Allow", Principal: { AWS: unknownText }, Action: "ecr:BatchGetImage" }),
    );
    assert.ok(text.includes(unknownText));
    assertUnjudged(await judge(text), /^policy, the policy of repository "[^"]*", is not known yet\./);
  });

  it("ignores unknown values that it does not read", async () => {
    const parts = { Principal: "*", Action: [unknownText], Resource: unknownText, Sid: unknownText };
    assertFails(await judge(policy(statement(parts))), /grants access to anyone/);
  });

  it("reports a secret that the state file hides as unknown", async () => {
    const verdict = await judgeResource(accessNotPublic, {
      type: repositoryPolicy,
      props: { repository: "petclinic", policy: "[secret]" },
    });
    assertUnjudged(verdict, /^policy, the policy of repository "petclinic", is not known yet/);
  });
});

describe("policies: ecr-access-actions", () => {
  const judge = (document: unknown, config: object = {}, type: string = repositoryPolicy) =>
    judgeResource(accessActions, { type, props: { ...named, policy: document } }, config);

  it("passes actions by name, and denials of any", async () => {
    assertPasses(await judge(policy(statement(), { Effect: "Deny", Principal: "*", Action: "ecr:*" })));
    assertPasses(await judge(policy(statement({ Action: "ecr:BatchGetImage" }))));
    assertPasses(await judge(undefined));
  });

  it("fails wildcards and NotAction", async () => {
    const label = 'the policy of repository "petclinic"';
    for (const action of ["*", "ecr:*", "ecr:Get*", ["ecr:BatchGetImage", "ecr:Put?mage"]]) {
      const verdict = await judge(policy(statement(), statement({ Action: action })));
      assertFails(verdict, /^policy\.Statement\[1\]: .* is a wildcard\. Must name each action\. Write the actions/);
      assert.ok(verdict.violations[0]?.includes(label));
    }
    const { Action: _, ...rest } = statement({ NotAction: "ecr:DeleteRepository" });
    assertFails(await judge(policy(rest)), /NotAction allows every action that it does not name/);
  });

  it("passes wildcards that config allows", async () => {
    const config = { allowedWildcards: ["ecr:Describe*"] };
    assertPasses(await judge(policy(statement({ Action: ["ecr:Describe*", "ecr:BatchGetImage"] })), config));
    assertFails(
      await judge(policy(statement({ Action: ["ecr:Describe*", "ecr:*"] })), config),
      /Action ecr:\* is a wildcard\. Must name each action, or be ecr:Describe\*\./,
    );
    assertFails(
      await judge(policy(statement({ Action: "ecr:*" })), { allowedWildcards: ["ecr:Describe*", "ecr:List*"] }),
      /Must name each action, or be ecr:Describe\*, ecr:List\*\. Write/,
    );
  });

  it("ignores keys: by default, a key's own account has full access", async () => {
    assertPasses(await judge(policy(statement({ Action: "kms:*" })), {}, key));
  });

  it("reports unknown values, and checks the rest", async () => {
    assertUnjudged(await judge(policy(statement({ Action: unknownText }))), /^policy\.Statement\[0\]\.Action of/);
    assertFails(await judge(policy(statement({ Action: "*", Principal: unknownText }))), /is a wildcard/);
  });
});
