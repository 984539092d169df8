import assert from "node:assert/strict";
import { publicStatements, readAccessPolicy } from "../../../ecr/accessPolicy";

const account = "123456789012";
const organization = "o-a1b2c3d4e5";
/** A policy variable, which has a different value in each request. */
const policyVariable = `$${"{aws:PrincipalAccount}"}`;
const role = `arn:aws:iam::${account}:role/deploy`;

/** The reasons why a policy of one Allow statement is public. */
function whyPublic(statement: object): string[] {
  const policy = readAccessPolicy({ Statement: { Effect: "Allow", Action: "ecr:BatchGetImage", ...statement } });
  assert.ok(policy);
  return publicStatements(policy).map(({ why }) => why);
}

const withCondition = (Condition: object) => whyPublic({ Principal: "*", Condition });

describe("publicStatements: principals", () => {
  for (const principal of [
    "*",
    ["*"],
    { AWS: "*" },
    { AWS: ["*"] },
    { AWS: [account, "*"] },
    { AWS: "arn:aws:iam::*:root" },
    { AWS: "arn:aws:iam::12345678901?:root" },
    { AWS: "arn:*" },
    { Service: "*" },
    { Service: "*.amazonaws.com" },
    { Federated: "*" },
    { CanonicalUser: "*" },
  ]) {
    it(`treats ${JSON.stringify(principal)} as anyone`, () =>
      assert.equal(whyPublic({ Principal: principal }).length, 1));
  }

  for (const principal of [
    account,
    { AWS: account },
    { AWS: [`arn:aws:iam::${account}:root`, role] },
    { AWS: `arn:aws:iam::${account}:role/*` },
    { AWS: "AIDAABCDEFGHIJKLMNOP" },
    { Service: "lambda.amazonaws.com" },
    { Federated: "cognito-identity.amazonaws.com" },
  ]) {
    it(`does not treat ${JSON.stringify(principal)} as anyone`, () =>
      assert.deepEqual(whyPublic({ Principal: principal }), []));
  }

  it("treats NotPrincipal as anyone", () => {
    assert.deepEqual(whyPublic({ NotPrincipal: { AWS: account } }), [
      "NotPrincipal lets in everyone that it does not name, and no condition names an account, organization, VPC or endpoint",
    ]);
  });

  it("treats NotAction as a grant", () => {
    const policy = readAccessPolicy({
      Statement: { Effect: "Allow", Principal: { AWS: "*" }, NotAction: "ecr:PutImage" },
    });
    assert.ok(policy);
    assert.deepEqual(publicStatements(policy), [
      {
        index: 0,
        why: 'Principal {"AWS":["*"]} is anyone, and no condition names an account, organization, VPC or endpoint',
      },
    ]);
  });

  it("ignores Deny and statements without a principal, and reports a statement's own index", () => {
    const policy = readAccessPolicy({
      Statement: [
        { Effect: "Deny", Principal: "*", Action: "*" },
        { Effect: "Allow", Action: "ecr:PutImage" },
        { Effect: "Allow", Principal: "*", Action: "ecr:PutImage" },
      ],
    });
    assert.ok(policy);
    assert.deepEqual(
      publicStatements(policy).map(({ index }) => index),
      [2],
    );
  });
});

describe("publicStatements: conditions that keep a statement private", () => {
  for (const [key, value] of [
    ["aws:PrincipalOrgID", organization],
    ["aws:SourceOrgID", organization],
    ["aws:VpceOrgID", organization],
    ["aws:PrincipalOrgPaths", `${organization}/r-ab12/ou-ab12-11111111/`],
    ["aws:SourceOrgPaths", `${organization}/r-ab12/`],
    ["aws:VpceOrgPaths", `${organization}/r-ab12/`],
    ["aws:PrincipalAccount", account],
    ["aws:SourceAccount", account],
    ["aws:VpceAccount", account],
    ["kms:CallerAccount", account],
    ["aws:PrincipalArn", role],
    ["aws:SourceArn", `arn:aws:lambda:eu-west-1:${account}:function:resize`],
    ["aws:SourceVpc", "vpc-0a1b2c3d"],
    ["aws:SourceVpce", "vpce-0a1b2c3d4e5f60718"],
    ["aws:userid", "AROAABCDEFGHIJKLMNOP:session"],
    ["aws:userid", "AIDAABCDEFGHIJKLMNOP"],
    ["aws:userid", account],
    ["AWS:PRINCIPALACCOUNT", account],
  ] as const) {
    for (const operator of ["StringEquals", "StringLike", "StringEqualsIgnoreCase", "ForAnyValue:StringEquals"]) {
      it(`${operator} ${key} ${value}`, () => assert.deepEqual(withCondition({ [operator]: { [key]: value } }), []));
    }
  }

  for (const [operator, key, value] of [
    ["ArnLike", "aws:SourceArn", `arn:aws:lambda:*:${account}:function:*`],
    ["ArnEquals", "aws:PrincipalArn", `arn:*:iam::${account}:role/*`],
    ["StringLike", "aws:PrincipalArn", `arn:aws:iam::${account}:*`],
    ["StringEquals", "aws:SourceArn", `arn:aws:lambda:*:${account}:function:resize`],
    ["StringLike", "aws:PrincipalOrgPaths", `${organization}/*`],
    ["ForAnyValue:StringLike", "aws:PrincipalOrgPaths", `${organization}/r-ab12/*/ou-ab12-11111111/*`],
    ["StringLike", "aws:userid", "AROAABCDEFGHIJKLMNOP:*"],
  ] as const) {
    it(`${operator} ${key} ${value}`, () => assert.deepEqual(withCondition({ [operator]: { [key]: value } }), []));
  }

  it("one restricting condition next to ones that do not restrict", () => {
    assert.deepEqual(
      withCondition({
        StringNotEquals: { "aws:PrincipalAccount": account },
        StringEquals: { "aws:PrincipalTag/team": "vets", "aws:PrincipalOrgID": [organization, "o-zzzzzzzzzz"] },
      }),
      [],
    );
  });

  for (const operator of ["ForAllValues:StringLike", "StringLikeIfExists", "ForAllValues:StringLikeIfExists"]) {
    it(`${operator} together with Null, which requires the key`, () => {
      const key = { "aws:PrincipalOrgPaths": `${organization}/*` };
      assert.deepEqual(withCondition({ [operator]: key, Null: { "AWS:principalorgpaths": "False" } }), []);
      for (const absent of [
        { "aws:PrincipalOrgPaths": "true" },
        { "aws:PrincipalOrgPaths": [] },
        { "aws:userid": "false" },
      ]) {
        assert.equal(withCondition({ [operator]: key, Null: absent }).length, 1);
      }
    });
  }

  it("one on NotPrincipal", () => {
    const condition = { StringEquals: { "aws:PrincipalOrgID": organization } };
    assert.deepEqual(whyPublic({ NotPrincipal: { AWS: account }, Condition: condition }), []);
  });
});

describe("publicStatements: conditions that leave a statement public", () => {
  const start = 'Principal "*" is anyone, and ';
  for (const [operator, key, value, why] of [
    ["StringNotEquals", "aws:PrincipalOrgID", organization, "leaves out some and lets in everyone else"],
    ["StringNotLike", "aws:PrincipalOrgPaths", `${organization}/*`, "leaves out some and lets in everyone else"],
    ["ArnNotLike", "aws:PrincipalArn", role, "leaves out some and lets in everyone else"],
    ["ForAnyValue:StringNotEquals", "aws:PrincipalAccount", account, "leaves out some and lets in everyone else"],
    ["StringEqualsIfExists", "aws:PrincipalOrgID", organization, "also holds for a request without this key"],
    ["ArnLikeIfExists", "aws:SourceArn", role, "also holds for a request without this key"],
    ["ForAllValues:StringEquals", "aws:PrincipalOrgID", organization, "also holds for a request without this key"],
    ["NumericEquals", "aws:PrincipalAccount", account, "does not compare names"],
    ["Null", "aws:PrincipalOrgID", "false", "does not compare names"],
    ["StringSame", "aws:PrincipalOrgID", organization, "does not compare names"],
    ["StringLike", "aws:PrincipalOrgID", "*", 'has the value "*", which is not bound to one owner'],
    ["StringLike", "aws:PrincipalOrgID", "o-*", 'has the value "o-*", which is not bound to one owner'],
    [
      "StringLike",
      "aws:PrincipalOrgPaths",
      "o-a1b2c3d4e5*",
      'has the value "o-a1b2c3d4e5*", which is not bound to one owner',
    ],
    [
      "StringLike",
      "aws:PrincipalOrgPaths",
      "*/r-ab12/*",
      'has the value "*/r-ab12/*", which is not bound to one owner',
    ],
    [
      "StringLike",
      "aws:SourceAccount",
      "12345678901?",
      'has the value "12345678901?", which is not bound to one owner',
    ],
    ["StringLike", "aws:SourceVpce", "vpce-*", 'has the value "vpce-*", which is not bound to one owner'],
    ["StringLike", "aws:userid", "*:deploy", 'has the value "*:deploy", which is not bound to one owner'],
    [
      "ArnLike",
      "aws:PrincipalArn",
      "arn:aws:iam::*:role/deploy",
      'has the value "arn:aws:iam::*:role/deploy", which is not bound to one owner',
    ],
    [
      "ArnLike",
      "aws:SourceArn",
      "arn:aws:s3:::bucket",
      'has the value "arn:aws:s3:::bucket", which is not bound to one owner',
    ],
    [
      "StringEquals",
      "aws:PrincipalAccount",
      policyVariable,
      `has the value "${policyVariable}", which is not bound to one owner`,
    ],
    ["StringEquals", "aws:PrincipalAccount", [], "has no value"],
  ] as const) {
    it(`${operator} ${key} ${JSON.stringify(value)}`, () => {
      assert.deepEqual(withCondition({ [operator]: { [key]: value } }), [`${start}${operator} ${key} ${why}`]);
    });
  }

  for (const [key, value] of [
    ["aws:PrincipalOrgID", `${organization}*`],
    ["aws:PrincipalOrgID", `*${organization}`],
    ["aws:PrincipalOrgPaths", `*${organization}/*`],
    ["aws:SourceVpc", "vpc-0a1b2c3d*"],
    ["aws:SourceVpce", "*vpce-0a1b2c3d4e5f60718"],
    ["aws:userid", "AROAABCDEFGHIJKLMNOP*"],
    ["aws:userid", "*AROAABCDEFGHIJKLMNOP:session"],
    ["aws:PrincipalArn", `*arn:aws:iam::${account}:role/deploy`],
  ] as const) {
    it(`a wildcard before or after a restricting value: ${key} ${value}`, () => {
      for (const operator of ["StringLike", "ArnLike"]) {
        assert.deepEqual(withCondition({ [operator]: { [key]: value } }), [
          `${start}${operator} ${key} has the value "${value}", which is not bound to one owner`,
        ]);
      }
    });
  }

  it("an operator with extra characters", () => {
    for (const operator of ["x StringEquals", "Some:StringEquals", "StringEquals "]) {
      assert.match(
        withCondition({ [operator]: { "aws:PrincipalOrgID": organization } })[0] ?? "",
        /does not compare names$/,
      );
    }
  });

  it("a key that may be absent, with Null set to both false and true", () => {
    const key = "aws:PrincipalOrgPaths";
    const condition = { StringLikeIfExists: { [key]: `${organization}/*` }, Null: { [key]: ["false", "true"] } };
    assert.equal(withCondition(condition).length, 1);
  });

  it("a wildcard before the account, where a role's path could contain the account's digits", () => {
    const open = `arn:aws:iam:*:${account}:role/deploy`;
    assert.equal(withCondition({ StringLike: { "aws:PrincipalArn": open } }).length, 1);
    assert.deepEqual(withCondition({ ArnLike: { "aws:PrincipalArn": open } }), []);
  });

  it("one open value next to a restricted one, and keys that do not identify the caller", () => {
    assert.equal(withCondition({ StringLike: { "aws:PrincipalOrgID": [organization, "*"] } }).length, 1);
    for (const condition of [
      {},
      { IpAddress: { "aws:SourceIp": "203.0.113.0/24" } },
      { Bool: { "aws:SecureTransport": "true", "aws:PrincipalIsAWSService": "true" } },
      { StringEquals: { "aws:PrincipalTag/team": "vets", "kms:ViaService": "ecr.eu-west-1.amazonaws.com" } },
      { StringEquals: { "aws:ResourceOrgID": organization } },
    ]) {
      assert.deepEqual(withCondition(condition), [
        `${start}no condition names an account, organization, VPC or endpoint`,
      ]);
    }
  });

  it("every ineffective condition, each with its reason", () => {
    assert.deepEqual(
      withCondition({
        StringNotEquals: { "aws:PrincipalAccount": account },
        StringEqualsIfExists: { "aws:PrincipalOrgID": organization },
      }),
      [
        `${start}StringNotEquals aws:PrincipalAccount leaves out some and lets in everyone else; ` +
          "StringEqualsIfExists aws:PrincipalOrgID also holds for a request without this key",
      ],
    );
  });
});
