import assert from "node:assert/strict";
import fc from "fast-check";
import { pullTimeExclusionFaults, pullTimeExclusionsFaults } from "../../ecr/pullTimeExclusions";
import { itRefuses, paths } from "./refusals";

const role = "arn:aws:iam::123456789012:role/scanner";
const check = (arn: unknown) => pullTimeExclusionFaults(arn, "exclusion");
const roles = (count: number) => Array.from({ length: count }, (_, index) => `${role}-${index}`);

describe("ecr/pullTimeExclusions", () => {
  it("accepts roles and users of any partition", () => {
    for (const arn of [role, "arn:aws-cn:iam::123456789012:user/ci/scan", role.padEnd(200, "x")]) {
      assert.deepEqual(check(arn), [], arn);
    }
    assert.deepEqual(pullTimeExclusionsFaults(roles(100), "e"), []);
  });

  itRefuses([
    { title: "a name", faults: () => check("scanner"), path: "exclusion", rule: /by its ARN/, fix: /role\/<name>/ },
    { title: "another type", faults: () => check(null), path: "exclusion", rule: /by its ARN/, fix: /role\/<name>/ },
    {
      title: "201 characters",
      faults: () => check(role.padEnd(201, "x")),
      path: "exclusion",
      rule: /at most 200/,
      fix: /write/,
    },
    {
      title: "a session of a role",
      faults: () => check("arn:aws:sts::123456789012:assumed-role/scanner/run"),
      path: "exclusion",
      rule: /not one of its sessions/,
      fix: /iam/,
    },
    {
      title: "a session of a role in another partition",
      faults: () => check("arn:aws-us-gov:sts::123456789012:assumed-role/scanner/run"),
      path: "exclusion",
      rule: /not one of its sessions/,
      fix: /iam/,
    },
    {
      title: "what only has a session's ARN in it",
      faults: () => check("x arn:aws:sts::123456789012:assumed-role/scanner/run"),
      path: "exclusion",
      rule: /by its ARN/,
      fix: /role\/<name>/,
    },
    {
      title: "a list with a session's ARN",
      faults: () => check(["arn:aws:sts::123456789012:assumed-role/scanner/run"]),
      path: "exclusion",
      rule: /by its ARN/,
      fix: /role\/<name>/,
    },
    {
      title: "what is no list",
      faults: () => pullTimeExclusionsFaults(role, "e"),
      path: "e",
      rule: /list/,
      fix: /ARNs/,
    },
    {
      title: "101 of them",
      faults: () => pullTimeExclusionsFaults(roles(101), "e"),
      path: "e",
      rule: /at most 100/,
      fix: /leave/,
    },
    {
      title: "one twice",
      faults: () => pullTimeExclusionsFaults([role, role], "e"),
      path: "e[1]",
      rule: /once/,
      fix: /leave/,
    },
  ]);

  it("names every fault at once", () => {
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
