import assert from "node:assert/strict";
import {
  type PolicyDocument,
  readAccessPolicy,
  statementGrants,
  wildcardActionStatements,
} from "../../../ecr/accessPolicy";

const account = "123456789012";
const root = `arn:aws:iam::${account}:root`;
const role = `arn:aws:iam::${account}:role/deploy`;

function read(policy: unknown): PolicyDocument {
  const document = readAccessPolicy(policy);
  assert.ok(document);
  return document;
}

const grantsOf = (statement: object) =>
  statementGrants(
    read({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: "ecr:PutImage", ...statement } }),
  );

describe("readAccessPolicy", () => {
  it("normalizes strings and objects, one statement and a list, one value and several", () => {
    const expected: PolicyDocument = {
      Version: "2012-10-17",
      Id: "shared",
      Statement: [
        {
          Sid: "Pull",
          Effect: "Allow",
          Principal: { AWS: [root], Service: ["lambda.amazonaws.com"] },
          Action: ["ecr:BatchGetImage"],
          Resource: ["*"],
          Condition: { Bool: { "aws:SecureTransport": ["true"] }, NumericEquals: { "x:n": ["1", "2"] } },
        },
      ],
    };
    const statement = {
      Sid: "Pull",
      Effect: "Allow",
      Principal: { AWS: root, Service: ["lambda.amazonaws.com"] },
      Action: "ecr:BatchGetImage",
      Resource: "*",
      Condition: { Bool: { "aws:SecureTransport": true }, NumericEquals: { "x:n": [1, "2"] } },
    };
    const document = { Version: "2012-10-17", Id: "shared", Statement: statement };
    assert.deepEqual(readAccessPolicy(document), expected);
    assert.deepEqual(readAccessPolicy({ ...document, Statement: [statement] }), expected);
    assert.deepEqual(readAccessPolicy(JSON.stringify(document)), expected);
    assert.deepEqual(readAccessPolicy(expected), expected);
  });

  it("omits what the document does not contain", () => {
    assert.deepEqual(readAccessPolicy({ Statement: { Effect: "Deny", Principal: "*", Action: "*" } }), {
      Version: "2008-10-17",
      Statement: [{ Effect: "Deny", Principal: "*", Action: ["*"] }],
    });
  });

  it("treats a document without Version as the older policy language", () => {
    assert.equal(read({ Statement: { Effect: "Deny", Principal: "*", Action: "*" } }).Version, "2008-10-17");
  });

  it("treats a bare name or a list of names as AWS principals, and keeps *", () => {
    const principalOf = (Principal: unknown) =>
      read({ Statement: { Effect: "Allow", Principal } }).Statement[0]?.Principal;
    assert.deepEqual(principalOf(account), { AWS: [account] });
    assert.deepEqual(principalOf(["*"]), { AWS: ["*"] });
    assert.equal(principalOf("*"), "*");
  });

  for (const [what, policy] of [
    ["a string that is not JSON", "let everyone in"],
    ["a list", []],
    ["null", null],
    ["a document without statements", { Version: "2012-10-17" }],
    ["an empty list of statements", { Version: "2012-10-17", Statement: [] }],
    ["null as statements", { Version: "2012-10-17", Statement: null }],
    ["an unknown version", { Version: "2020-01-01", Statement: { Effect: "Allow" } }],
    ["an Id that is not a string", { Id: 1, Statement: { Effect: "Allow" } }],
    ["a statement that is a string", { Statement: ["Allow"] }],
    ["an effect in lower case", { Statement: { Effect: "allow" } }],
    ["a Sid that is not a string", { Statement: { Effect: "Allow", Sid: 1 } }],
    ["an action that is not a string", { Statement: { Effect: "Allow", Action: [1] } }],
    ["a principal that is a number", { Statement: { Effect: "Allow", Principal: 1 } }],
    ["a principal's name that is a number", { Statement: { Effect: "Allow", NotPrincipal: { AWS: 1 } } }],
    ["a condition that is a string", { Statement: { Effect: "Allow", Condition: "none" } }],
    ["an operator whose value is a string", { Statement: { Effect: "Allow", Condition: { Bool: "yes" } } }],
    ["a condition value that is null", { Statement: { Effect: "Allow", Condition: { Bool: { "a:b": [null] } } } }],
    ["one valid and one invalid statement", { Statement: [{ Effect: "Allow" }, 1] }],
  ] as const) {
    it(`does not read ${what}`, () => assert.equal(readAccessPolicy(policy), undefined));
  }
});

describe("statementGrants", () => {
  const samlProvider = `arn:aws:iam::${account}:saml-provider/staff`;

  it("returns accounts, identities, unique ids, services and others", () => {
    assert.deepEqual(
      grantsOf({
        Principal: {
          AWS: [account, root, role, "AROAABCDEFGHIJKLMNOP", "deploy", `x${role}`],
          Service: "lambda.amazonaws.com",
          Federated: ["accounts.google.com", samlProvider],
        },
      }),
      [
        {
          statement: 0,
          principals: [
            { kind: "account", account },
            { kind: "account", account },
            { kind: "identity", account, arn: role },
            { kind: "uniqueId", id: "AROAABCDEFGHIJKLMNOP" },
            { kind: "other", type: "AWS", name: "deploy" },
            { kind: "other", type: "AWS", name: `x${role}` },
            { kind: "service", service: "lambda.amazonaws.com" },
            { kind: "other", type: "Federated", name: "accounts.google.com" },
            { kind: "other", type: "Federated", name: samlProvider },
          ],
          actions: ["ecr:PutImage"],
        },
      ],
    );
  });

  it("returns anyone, and nobody for a statement without a principal", () => {
    assert.deepEqual(grantsOf({ Principal: "*" })[0]?.principals, [{ kind: "anyone" }]);
    assert.deepEqual(grantsOf({ NotPrincipal: { AWS: account } })[0]?.principals, [{ kind: "anyone" }]);
    assert.deepEqual(grantsOf({})[0]?.principals, []);
  });

  it("narrows anyone by the most specific condition", () => {
    const organization = { "aws:PrincipalOrgID": "o-a1b2c3d4e5" };
    assert.deepEqual(grantsOf({ Principal: "*", Condition: { StringEquals: organization } })[0]?.principals, [
      { kind: "organization", id: "o-a1b2c3d4e5" },
    ]);
    for (const condition of [
      { StringEquals: organization, ArnLike: { "aws:PrincipalArn": [role, `${role}-*`] } },
      { ArnLike: { "aws:PrincipalArn": [role, `${role}-*`] }, StringEquals: organization },
    ]) {
      assert.deepEqual(grantsOf({ Principal: { AWS: "*" }, Condition: condition })[0]?.principals, [
        { kind: "identity", account, arn: role },
        { kind: "identity", account, arn: `${role}-*` },
      ]);
    }
  });

  it("narrows anyone to the principals that each kind of key names", () => {
    for (const [operator, key, value, principal] of [
      [
        "StringLike",
        "aws:PrincipalOrgPaths",
        "o-a1b2c3d4e5/*",
        { kind: "organization", id: "o-a1b2c3d4e5", path: "o-a1b2c3d4e5/*" },
      ],
      ["StringEquals", "aws:SourceVpc", "vpc-0a1b2c3d", { kind: "network", id: "vpc-0a1b2c3d" }],
      ["StringLike", "aws:userid", "AROAABCDEFGHIJKLMNOP:*", { kind: "uniqueId", id: "AROAABCDEFGHIJKLMNOP" }],
      ["StringEquals", "aws:userid", account, { kind: "account", account }],
    ] as const) {
      const [statement] = grantsOf({ Principal: "*", Condition: { [operator]: { [key]: value } } });
      assert.deepEqual(statement?.principals, [principal], key);
    }
  });

  it("uses the first of two conditions on one key", () => {
    const condition = {
      StringEquals: { "aws:SourceAccount": account },
      StringLike: { "aws:sourceaccount": "210987654321" },
    };
    assert.deepEqual(grantsOf({ Principal: "*", Condition: condition })[0]?.principals, [{ kind: "account", account }]);
  });

  it("says on whose behalf a service calls, and keeps named identities as they are", () => {
    const condition = { StringEquals: { "aws:SourceAccount": account } };
    assert.deepEqual(
      grantsOf({ Principal: { Service: "lambda.amazonaws.com", AWS: role }, Condition: condition })[0]?.principals,
      [
        { kind: "service", service: "lambda.amazonaws.com", onBehalfOf: [{ kind: "account", account }] },
        { kind: "identity", account, arn: role },
      ],
    );
  });

  it("ignores Deny, and treats NotAction as every action", () => {
    const policy = read({
      Statement: [
        { Effect: "Deny", Principal: "*", Action: "ecr:PutImage" },
        { Effect: "Allow", Principal: { AWS: account }, NotAction: "ecr:PutImage" },
      ],
    });
    assert.deepEqual(statementGrants(policy), [
      { statement: 1, principals: [{ kind: "account", account }], actions: ["*"] },
    ]);
  });
});

describe("wildcardActionStatements", () => {
  it("finds NotAction and wildcards in Allow statements only", () => {
    const policy = read({
      Statement: [
        { Effect: "Allow", Principal: "*", Action: ["ecr:PutImage", "ecr:*", "ecr:Get?"] },
        { Effect: "Deny", Principal: "*", Action: "*" },
        { Effect: "Allow", Principal: "*", NotAction: "ecr:PutImage" },
        { Effect: "Allow", Principal: "*", Action: "ecr:PutImage" },
      ],
    });
    assert.deepEqual(wildcardActionStatements(policy), [
      { index: 0, why: "Action ecr:*, ecr:Get? is a wildcard" },
      { index: 2, why: "NotAction allows every action that it does not name" },
    ]);
  });
});
