import assert from "node:assert/strict";
import fc from "fast-check";
import { type IamRoleSettings, iamRoleFaults, pushRoleArnFaults } from "../../../ecr/permissions/iamRoles";

const boundary = "arn:aws:iam::123456789012:policy/team/boundary";

describe("ecr/permissions/iamRoles", () => {
  it("accepts what IAM accepts, up to its limits, and absent settings", () => {
    const accepted: IamRoleSettings[] = [
      {},
      { roleName: "x" },
      { roleName: "Push_role+=,.@-1".repeat(4) },
      { path: "/" },
      { path: "/ci/" },
      { path: "/ci/git!hub/" },
      { path: `/${"x".repeat(510)}/` },
      { maxSessionDuration: 3_600 },
      { maxSessionDuration: 43_200 },
      { permissionsBoundary: boundary },
      { permissionsBoundary: "arn:aws-us-gov:iam::aws:policy/PowerUserAccess" },
    ];
    for (const role of accepted) assert.deepEqual(iamRoleFaults(role), [], JSON.stringify(role));
  });

  const refusals: [path: keyof IamRoleSettings, values: unknown[], rule: string, fix: string][] = [
    [
      "roleName",
      ["", "x".repeat(65), "a b", "a/b", " a", "a ", 7, ["a"]],
      "a role's name must have 1 to 64 letters, digits and characters of _+=,.@-.",
      "shorten it, or remove the other characters.",
    ],
    [
      "path",
      ["", "ci", "/ci", "ci/", "//", "/ci//", "/c i/", "/é/", "/ci/ ", `/${"x".repeat(511)}/`, 7, ["/"]],
      "a path must begin and end with / and have at most 512 characters.",
      'write "/", or one such as "/ci/".',
    ],
    [
      "maxSessionDuration",
      [3_599, 43_201, 3_600.5, "3600", null],
      "a session must last 3,600 to 43,200 seconds.",
      "write whole seconds, 3600 for an hour.",
    ],
    [
      "permissionsBoundary",
      [
        "boundary",
        `x${boundary}`,
        `${boundary} `,
        boundary.replace("policy", "role"),
        boundary.replace("123456789012", "12"),
        "arn:aws:iam::123456789012:policy/",
        [boundary],
      ],
      "must be the ARN of a managed policy.",
      'write "arn:aws:iam::<account>:policy/<name>".',
    ],
  ];
  for (const [path, values, rule, fix] of refusals) {
    for (const value of values) {
      it(`refuses ${path} ${JSON.stringify(value).slice(0, 60)}`, () => {
        assert.deepEqual(iamRoleFaults({ [path]: value }), [{ path, value, rule, fix }]);
      });
    }
  }

  it("reports all faults at once, and never throws", () => {
    const bad = { roleName: "", path: "", maxSessionDuration: 0, permissionsBoundary: "" };
    assert.deepEqual(
      iamRoleFaults(bad).map(({ path }) => path),
      Object.keys(bad),
    );
    fc.assert(
      fc.property(fc.anything(), (value) => iamRoleFaults({ roleName: value, path: value }).length >= 0),
      { seed: 1 },
    );
  });
});

describe("ecr/permissions/iamRoles, a push role's ARNs", () => {
  const arns = (partition: string, region: string) => ({
    providerArn: `arn:${partition}:iam::123456789012:oidc-provider/gitlab.com`,
    permissionsBoundary: `arn:${partition}:iam::aws:policy/PowerUserAccess`,
    repositories: [`arn:${partition}:ecr:${region}:210987654321:repository/a`],
  });
  const paths = (...given: Parameters<typeof pushRoleArnFaults>) => pushRoleArnFaults(...given).map(({ path }) => path);

  it("must be in one partition, that of the role's region if known", () => {
    for (const [partition, region] of [
      ["aws", "ap-northeast-2"],
      ["aws-cn", "cn-north-1"],
      ["aws-us-gov", "us-gov-west-1"],
      ["aws-eusc", "eusc-de-east-1"],
    ] as const) {
      assert.deepEqual(paths(arns(partition, region)), []);
      assert.deepEqual(paths(arns(partition, region), region), []);
      assert.deepEqual(paths(arns(partition, region), "xx-new-1"), []);
    }
    assert.deepEqual(paths(arns("aws", "us-east-1"), "cn-north-1"), [
      "providerArn",
      "permissionsBoundary",
      "repositories[0]",
    ]);
    const mixed = { ...arns("aws-us-gov", "us-gov-west-1"), repositories: arns("aws", "us-east-1").repositories };
    assert.deepEqual(paths(mixed), ["repositories[0]"]);
    assert.deepEqual(pushRoleArnFaults({ permissionsBoundary: "arn:aws:iam::aws:policy/A" }, "us-gov-west-1"), [
      {
        path: "permissionsBoundary",
        value: "arn:aws:iam::aws:policy/A",
        rule:
          "the ARN is in the partition aws, the role in us-gov-west-1 in aws-us-gov: resources of one partition cannot be used in " +
          "another.",
        fix: "name one in the partition aws-us-gov.",
      },
    ]);
  });

  it("must be in the role's own account, except for repositories and AWS managed policies", () => {
    const { providerArn } = arns("aws", "us-east-1");
    const boundary = (account: string) => ({ providerArn, permissionsBoundary: `arn:aws:iam::${account}:policy/b` });
    assert.deepEqual(paths(boundary("123456789012")), []);
    assert.deepEqual(paths(boundary("aws")), []);
    assert.deepEqual(paths(boundary("210987654321")), ["permissionsBoundary"]);
  });

  it("are ignored when absent or when they are not ARNs", () => {
    assert.deepEqual(paths({}), []);
    assert.deepEqual(
      paths({ providerArn: 7, permissionsBoundary: "x", repositories: [undefined, null] }, "cn-north-1"),
      [],
    );
  });
});
