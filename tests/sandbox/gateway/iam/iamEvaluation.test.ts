import assert from "node:assert/strict";
import { type PolicyCondition, readAccessPolicy } from "../../../../ecr/accessPolicy";
import { arnMatches, type ConditionKeys, judgeConditions } from "../../../../sandbox/gateway/iam/conditionVerdicts";
import { type AccessRequest, decide, keysNamed } from "../../../../sandbox/gateway/iam/policyEvaluation";
import type { Principal } from "../../../../sandbox/gateway/state/principal";
import { policyText, type Statement } from "../iam";

const keys = (values: Record<string, string[] | undefined>): ConditionKeys => new Map(Object.entries(values));
const same = (text: string) => text;

describe("gateway: IAM condition operators", () => {
  const judge = (condition: PolicyCondition, values: Record<string, string[] | undefined>) =>
    judgeConditions(condition, keys(values), same);
  const cases: [PolicyCondition, string[] | undefined, boolean][] = [
    [{ StringEquals: { k: "a" } }, ["a"], true],
    [{ StringEquals: { k: ["a", "b"] } }, ["b"], true],
    [{ StringEquals: { k: "a" } }, ["A"], false],
    [{ StringEquals: { k: "a*" } }, ["ab"], false],
    [{ StringEquals: { k: "a" } }, undefined, false],
    [{ StringEqualsIfExists: { k: "a" } }, undefined, true],
    [{ StringEqualsIfExists: { k: "a" } }, ["b"], false],
    [{ StringEqualsIgnoreCase: { k: "a" } }, ["A"], true],
    [{ StringNotEquals: { k: ["a", "b"] } }, ["a"], false],
    [{ StringNotEquals: { k: ["a", "b"] } }, ["c"], true],
    [{ StringNotEquals: { k: "a" } }, undefined, true],
    [{ StringLike: { k: "a?c*" } }, ["abcd"], true],
    [{ StringNotLike: { k: "a*" } }, ["abc"], false],
    [{ NumericLessThan: { k: "10" } }, ["9"], true],
    [{ NumericLessThan: { k: "10" } }, ["10"], false],
    [{ NumericGreaterThanEquals: { k: "10" } }, ["10"], true],
    [{ NumericNotEquals: { k: "1" } }, ["1.0"], false],
    [{ NumericEquals: { k: "1" } }, ["one"], false],
    [{ DateGreaterThan: { k: "2026-01-01T00:00:00Z" } }, ["2026-11-24T00:00:00Z"], true],
    [{ DateLessThan: { k: "1767225600" } }, ["2025-12-31T23:59:59Z"], true],
    [{ Bool: { k: "true" } }, ["TRUE"], true],
    [{ IpAddress: { k: "127.0.0.0/8" } }, ["127.0.0.1"], true],
    [{ IpAddress: { k: "10.0.0.1" } }, ["127.0.0.1"], false],
    [{ NotIpAddress: { k: "10.0.0.0/8" } }, ["127.0.0.1"], true],
    [{ IpAddress: { k: "2001:db8::/32" } }, ["127.0.0.1"], false],
    [{ ArnLike: { k: "arn:aws:iam::*:role/ci-*" } }, ["arn:aws:iam::1:role/ci-x"], true],
    [{ ArnLike: { k: "arn:*" } }, ["arn:aws:iam::1:role/x"], false],
    [{ ArnNotEquals: { k: "arn:aws:iam::1:role/x" } }, ["arn:aws:iam::1:role/x"], false],
    [{ Null: { k: "true" } }, undefined, true],
    [{ Null: { k: "true" } }, ["a"], false],
    [{ Null: { k: "false" } }, ["a"], true],
    [{ "ForAllValues:StringEquals": { k: ["a", "b"] } }, ["a", "b"], true],
    [{ "ForAllValues:StringEquals": { k: ["a", "b"] } }, ["a", "c"], false],
    [{ "ForAllValues:StringEquals": { k: "a" } }, undefined, true],
    [{ "ForAnyValue:StringEquals": { k: "a" } }, ["a", "c"], true],
    [{ "ForAnyValue:StringEquals": { k: "a" } }, undefined, false],
    [{ "ForAnyValue:StringNotEquals": { k: "a" } }, ["a", "c"], true],
    [{ "ForAnyValue:StringNotEquals": { k: "a" } }, ["a"], false],
    [{ Unheard: { k: "a" } }, ["a"], false],
  ];
  for (const [condition, actual, expected] of cases) {
    it(`${JSON.stringify(condition)} ${expected ? "holds" : "does not hold"} for ${JSON.stringify(actual) ?? "no value"}`, () => {
      assert.deepEqual(judge(condition, { k: actual }), { holds: expected, unjudged: [] });
    });
  }

  it("requires every operator and key to match, and names an unknown key only when it affects the result", () => {
    const both = { StringEquals: { a: "1", "example:b": "2" } };
    assert.deepEqual(judge(both, { a: ["1"] }), { holds: false, unjudged: ["example:b"] });
    assert.deepEqual(judge(both, { a: ["0"] }), { holds: false, unjudged: [] });
    assert.deepEqual(judge({ StringEquals: { A: "1" } }, { a: ["1"] }), { holds: true, unjudged: [] });
  });

  it("matches an ARN part by part", () => {
    assert.equal(arnMatches("arn:aws:ecr:eu-west-1:1:repository/a:b", "arn:aws:ecr:*:1:repository/*"), true);
    assert.equal(arnMatches("arn:aws:ecr:eu-west-1:1:repository/a", "arn:aws:*:repository/a"), false);
  });
});

describe("gateway: IAM policy evaluation", () => {
  const account = "111111111111";
  const user: Principal = { kind: "user", account, userName: "vet", arn: `arn:aws:iam::${account}:user/vet` };
  const role: Principal = {
    kind: "role",
    account,
    roleName: "ci",
    arn: `arn:aws:sts::${account}:assumed-role/ci/run`,
  };
  const roleArn = `arn:aws:iam::${account}:role/team/ci`;
  const allow: Statement = { Effect: "Allow", Action: "ecr:*", Resource: "*" };
  const grant = (Principal: unknown, more: Partial<Statement> = {}): Statement => ({
    Effect: "Allow",
    Principal,
    Action: "ecr:BatchGetImage",
    ...more,
  });
  const documents = (...statements: Statement[]) =>
    statements.length === 0 ? [] : [readAccessPolicy(policyText(...statements)) ?? assert.fail("no policy")];

  function decision(
    given: {
      principal?: Principal;
      owner?: string;
      identity?: Statement[];
      boundary?: Statement[];
      session?: Statement[];
      resource?: Statement[];
      keys?: Record<string, string[] | undefined>;
    } = {},
  ) {
    const { principal = user, owner = account, identity = [], boundary, session, resource = [] } = given;
    const request: AccessRequest = {
      principal,
      roleArn: principal.kind === "role" ? roleArn : undefined,
      action: "ecr:BatchGetImage",
      resource: `arn:aws:ecr:eu-west-1:${owner}:repository/app`,
      resourceAccount: owner,
      keys: keys(given.keys ?? {}),
    };
    const limits = [
      ...(boundary ? [{ name: "permissions boundary" as const, policies: documents(...boundary) }] : []),
      ...(session ? [{ name: "session policy" as const, policies: documents(...session) }] : []),
    ];
    const policies = principal.kind === "root" ? undefined : { identity: documents(...identity), limits };
    const result = decide(request, policies, documents(...resource));
    return result.allowed ? "allowed" : `${result.explicit ? "denied" : "not allowed"} by ${result.policy}`;
  }

  it("allows only what an identity-based policy allows", () => {
    assert.equal(decision(), "not allowed by identity-based policy");
    assert.equal(decision({ identity: [allow] }), "allowed");
    assert.equal(decision({ identity: [{ ...allow, Action: "ecr:batchget*" }] }), "allowed");
    const elsewhere = { ...allow, Resource: "arn:aws:ecr:*:*:repository/other" };
    assert.equal(decision({ identity: [elsewhere] }), "not allowed by identity-based policy");
  });

  it("lets an explicit deny in any policy win", () => {
    const deny: Statement = { ...allow, Effect: "Deny" };
    assert.equal(decision({ identity: [allow, deny] }), "denied by identity-based policy");
    assert.equal(decision({ identity: [allow], boundary: [allow, deny] }), "denied by permissions boundary");
    assert.equal(decision({ identity: [allow], session: [allow, deny] }), "denied by session policy");
    const resource = [grant("*", { Effect: "Deny" })];
    assert.equal(decision({ identity: [allow], resource }), "denied by resource-based policy");
    assert.equal(decision({ principal: { kind: "root", account }, resource }), "denied by resource-based policy");
    assert.equal(decision({ principal: { kind: "root", account } }), "allowed");
  });

  it("weighs a resource-based policy by how directly it names the caller, within the account", () => {
    assert.equal(decision({ resource: [grant({ AWS: user.arn })] }), "allowed");
    assert.equal(decision({ resource: [grant({ AWS: account })] }), "not allowed by identity-based policy");
    assert.equal(decision({ resource: [grant({ AWS: `${user.arn}2` })] }), "not allowed by identity-based policy");
    assert.equal(decision({ principal: role, resource: [grant({ AWS: roleArn })] }), "allowed");
    const boundary = [{ ...allow, Action: "ecr:List*" }];
    assert.equal(decision({ boundary, resource: [grant({ AWS: user.arn })] }), "allowed");
    const byRole = { principal: role, boundary, resource: [grant({ AWS: roleArn })] };
    assert.equal(decision(byRole), "not allowed by permissions boundary");
    assert.equal(decision({ ...byRole, resource: [grant({ AWS: role.arn })] }), "allowed");
  });

  it("requires both policies across accounts", () => {
    const owner = "222222222222";
    assert.equal(decision({ owner, identity: [allow] }), "not allowed by resource-based policy");
    for (const named of [user.arn, account, `arn:aws:iam::${account}:root`, "*"]) {
      const resource = [grant({ AWS: named })];
      assert.equal(decision({ owner, resource }), "not allowed by identity-based policy", named);
      assert.equal(decision({ owner, resource, identity: [allow] }), "allowed", named);
    }
    const root: Principal = { kind: "root", account };
    assert.equal(decision({ owner, principal: root }), "not allowed by resource-based policy");
    assert.equal(decision({ owner, principal: root, resource: [grant({ AWS: account })] }), "allowed");
  });

  it("denies everyone except those in NotPrincipal", () => {
    const but = (name: string) => {
      const statement = { Effect: "Deny", NotPrincipal: { AWS: name }, Action: "ecr:*" };
      return [statement as unknown as Statement];
    };
    assert.equal(decision({ identity: [allow], resource: but(user.arn) }), "allowed");
    assert.equal(decision({ identity: [allow], resource: but(`${user.arn}2`) }), "denied by resource-based policy");
  });

  it("substitutes policy variables, and denies whatever depends on an unknown one", () => {
    const own = (variable: string) => [{ ...allow, Resource: `arn:aws:ecr:*:*:repository/\${${variable}}` }];
    assert.equal(decision({ identity: own("aws:username"), keys: { "aws:username": ["app"] } }), "allowed");
    const other = { identity: own("aws:username"), keys: { "aws:username": ["x"] } };
    assert.equal(decision(other), "not allowed by identity-based policy");
    const denies = own("example:who").map((statement) => ({ ...statement, Effect: "Deny" as const }));
    assert.equal(decision({ identity: [allow, ...denies] }), "not allowed by identity-based policy");
    const named = keysNamed(
      documents(...own("aws:UserName"), { ...allow, Condition: { Bool: { "aws:Secure": "true" } } }),
    );
    assert.deepEqual([...named].sort(), ["aws:secure", "aws:username"]);
  });

  it("denies when a Deny depends on a key it cannot evaluate, and ignores such an Allow", () => {
    const Condition = { StringEquals: { "example:key": "x" } };
    const deny = grant("*", { Effect: "Deny", Condition });
    assert.equal(decision({ identity: [allow], resource: [deny] }), "not allowed by resource-based policy");
    assert.equal(decision({ identity: [{ ...allow, Condition }] }), "not allowed by identity-based policy");
    assert.equal(decision({ identity: [{ ...allow, Condition }, allow] }), "allowed");
  });
});
