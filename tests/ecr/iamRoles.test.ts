import assert from "node:assert/strict";
import fc from "fast-check";
import { type IamRoleSettings, iamRoleFaults } from "../../ecr/iamRoles";

const boundary = "arn:aws:iam::123456789012:policy/team/boundary";

describe("ecr/iamRoles", () => {
  it("accepts what IAM does, up to its limits, and what is left out", () => {
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
      "a role's name has 1 to 64 letters, digits and characters of _+=,.@-.",
      "shorten it, or leave the other characters out.",
    ],
    [
      "path",
      ["", "ci", "/ci", "ci/", "//", "/ci//", "/c i/", "/é/", "/ci/ ", `/${"x".repeat(511)}/`, 7, ["/"]],
      "a path begins and ends with / and has at most 512 characters.",
      'write "/" or such as "/ci/".',
    ],
    [
      "maxSessionDuration",
      [3_599, 43_201, 3_600.5, "3600", null],
      "a session lasts 3,600 to 43,200 seconds.",
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
      "a permissions boundary is a managed policy, named by its ARN.",
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

  it("says all that is wrong at once, and never throws", () => {
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
