import assert from "node:assert/strict";
import fc from "fast-check";
import { grantedRoleFaults, grantPolicyName, roleNameOf } from "../../../ecr/permissions/grantedRoles";

const account = "123456789012";
const repository = `arn:aws:ecr:ap-northeast-2:${account}:repository/shop/api`;

describe("ecr/grantedRoles", () => {
  it("accepts the ARN of a role in the repository's account, with any path and in any partition", () => {
    for (const [arn, name] of [
      [`arn:aws:iam::${account}:role/web`, "web"],
      [`arn:aws:iam::${account}:role/team/a/web_1+=,.@-`, "web_1+=,.@-"],
      [`arn:aws-cn:iam::${account}:role/${"x".repeat(64)}`, "x".repeat(64)],
    ] as const) {
      assert.deepEqual(grantedRoleFaults(arn, "role", repository), [], arn);
      assert.equal(roleNameOf(arn), name);
    }
    // Its account is compared once the repository is known.
    assert.deepEqual(grantedRoleFaults("arn:aws:iam::210987654321:role/web", "role"), []);
  });

  it("refuses everything else with one fault, and never throws", () => {
    const others = [
      ...[
        "",
        "web",
        "*",
        "arn:aws:iam::1:role/web",
        `arn:aws:iam::${account}:role/`,
        `arn:aws:iam::${account}:role/a*`,
      ],
      ...[`arn:aws:iam::${account}:role/${"x".repeat(65)}`, `arn:aws:sts::${account}:assumed-role/web/session`],
      ...[`arn:aws:iam::${account}:role/aws-service-role/x.amazonaws.com/y`, `arn:aws:iam::${account}:role/web\n`],
      ...[`arn:aws:iam::${account}:root`, "arn:aws:iam::210987654321:role/web"],
    ];
    for (const arn of others) assert.equal(grantedRoleFaults(arn, "role", repository).length, 1, arn);
    fc.assert(fc.property(fc.anything(), (arn) => grantedRoleFaults(arn, "role", repository).length === 1));
  });

  it("gives each repository's policy a unique name in IAM's characters", () => {
    const names = ["a/b", "a-b", "a_b", `${"x".repeat(80)}/a`, `${"x".repeat(80)}/b`].flatMap((name) =>
      ["us-east-1", "eu-west-1"].map((region) =>
        grantPolicyName("pull", `arn:aws:ecr:${region}:${account}:repository/${name}`),
      ),
    );
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^[\w+=,.@-]{1,128}$/);
    assert.match(grantPolicyName("push", repository), /^ecr-push-shop-api-[0-9a-f]{8}$/);
  });
});
