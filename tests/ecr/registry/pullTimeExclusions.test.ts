import assert from "node:assert/strict";
import fc from "fast-check";
import { pullTimeExclusionFaults, pullTimeExclusionsFaults } from "../../../ecr/registry/pullTimeExclusions";
import { itRefuses, paths } from "../refusals";

const role = "arn:aws:iam::123456789012:role/scanner";
const check = (arn: unknown) => pullTimeExclusionFaults(arn, "exclusion");
const roles = (count: number) => Array.from({ length: count }, (_, index) => `${role}-${index}`);

describe("ecr/registry/pullTimeExclusions", () => {
  it("accepts roles and users in any partition", () => {
    for (const arn of [role, "arn:aws-cn:iam::123456789012:user/ci/scan", role.padEnd(200, "x")]) {
      assert.deepEqual(check(arn), [], arn);
    }
    assert.deepEqual(pullTimeExclusionsFaults(roles(100), "e"), []);
  });

  itRefuses([
    {
      title: "a name without an ARN",
      faults: () => check("scanner"),
      path: "exclusion",
      rule: /must be the ARN/,
      fix: /role\/<name>/,
    },
    {
      title: "a value that is not a string",
      faults: () => check(null),
      path: "exclusion",
      rule: /must be the ARN/,
      fix: /role\/<name>/,
    },
    {
      title: "an ARN of 201 characters",
      faults: () => check(role.padEnd(201, "x")),
      path: "exclusion",
      rule: /at most 200/,
      fix: /write/,
    },
    {
      title: "an assumed-role session",
      faults: () => check("arn:aws:sts::123456789012:assumed-role/scanner/run"),
      path: "exclusion",
      rule: /not one of its sessions/,
      fix: /iam/,
    },
    {
      title: "an assumed-role session in another partition",
      faults: () => check("arn:aws-us-gov:sts::123456789012:assumed-role/scanner/run"),
      path: "exclusion",
      rule: /not one of its sessions/,
      fix: /iam/,
    },
    {
      title: "a string that contains a session's ARN",
      faults: () => check("x arn:aws:sts::123456789012:assumed-role/scanner/run"),
      path: "exclusion",
      rule: /must be the ARN/,
      fix: /role\/<name>/,
    },
    {
      title: "a list that contains a session's ARN",
      faults: () => check(["arn:aws:sts::123456789012:assumed-role/scanner/run"]),
      path: "exclusion",
      rule: /must be the ARN/,
      fix: /role\/<name>/,
    },
    {
      title: "exclusions that are not a list",
      faults: () => pullTimeExclusionsFaults(role, "e"),
      path: "e",
      rule: /list/,
      fix: /ARNs/,
    },
    {
      title: "101 exclusions",
      faults: () => pullTimeExclusionsFaults(roles(101), "e"),
      path: "e",
      rule: /at most 100/,
      fix: /leave/,
    },
    {
      title: "the same exclusion twice",
      faults: () => pullTimeExclusionsFaults([role, role], "e"),
      path: "e[1]",
      rule: /once/,
      fix: /leave/,
    },
  ]);

  it("reports all faults at once", () => {
    const faults = pullTimeExclusionsFaults([7, role, 7], "e");
    assert.deepEqual(paths(faults), ["e[0]", "e[2]"]);
    assert.equal(faults[1]?.rule, faults[0]?.rule);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => check(value).length + pullTimeExclusionsFaults(value, "e").length >= 0),
      {
        seed: 1,
      },
    );
  });
});
