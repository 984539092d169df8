import assert from "node:assert/strict";
import fc from "fast-check";
import { accountFaults, customRoleFaults, parseIamPrincipal } from "../../../ecr/names/accounts";
import { itRefuses } from "../refusals";

const role = "arn:aws:iam::123456789012:role/service-role/ecr-template";

describe("ecr/names/accounts", () => {
  it("accepts twelve digits", () => {
    assert.deepEqual(accountFaults("012345678901", "account"), []);
  });

  itRefuses([
    {
      title: "eleven digits",
      faults: () => accountFaults("12345678901", "a"),
      path: "a",
      rule: /twelve digits/,
      fix: /^write the twelve digits as a string, such as "123456789012"\.$/,
    },
    {
      title: "thirteen digits",
      faults: () => accountFaults("1234567890123", "a"),
      path: "a",
      rule: /twelve/,
      fix: /as a string/,
    },
    {
      title: "a number",
      faults: () => accountFaults(12345678901, "a"),
      path: "a",
      rule: /twelve/,
      fix: /"012345678901"/,
    },
    {
      title: "a list with a valid account ID",
      faults: () => accountFaults(["123456789012"], "a"),
      path: "a",
      rule: /twelve/,
      fix: /^write the twelve digits as a string/,
    },
    {
      title: "a role that is not an ARN",
      faults: () => customRoleFaults("admin", "r"),
      path: "r",
      rule: /ARN of an IAM role/,
      fix: /role\/<name>/,
    },
    {
      title: "a user instead of a role",
      faults: () => customRoleFaults("arn:aws:iam::123456789012:user/x", "r"),
      path: "r",
      rule: /ARN of an IAM role/,
      fix: /role\/<name>/,
    },
    {
      title: "another account's role",
      faults: () => customRoleFaults(role, "r", "210987654321"),
      path: "r",
      rule: /account 123456789012, the registry in 210987654321/,
      fix: /of account 210987654321/,
    },
    {
      title: "a role's ARN that is too long",
      faults: () => customRoleFaults(`arn:aws:iam::123456789012:role/${"x".repeat(2018)}`, "r"),
      path: "r",
      rule: /at most 2048/,
      fix: /write/,
    },
  ]);

  it("accepts a role of the account, and of any account when none is given", () => {
    assert.deepEqual(customRoleFaults(role, "r", "123456789012"), []);
    assert.deepEqual(customRoleFaults(role, "r"), []);
    assert.deepEqual(customRoleFaults(`arn:aws:iam::123456789012:role/${"x".repeat(2017)}`, "r"), []);
  });

  it("parses the ARN of a role or a user", () => {
    assert.deepEqual(parseIamPrincipal(role), {
      partition: "aws",
      account: "123456789012",
      kind: "role",
      name: "service-role/ecr-template",
    });
    assert.equal(parseIamPrincipal("arn:aws-us-gov:iam::123456789012:user/scan")?.kind, "user");
    for (const none of [undefined, 7, "role/x", "arn:aws:iam::123456789012:root", `${role}/`, `x${role}`, [role]]) {
      assert.equal(parseIamPrincipal(none), undefined, String(none));
    }
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => accountFaults(value, "").length + customRoleFaults(value, "").length >= 0),
    );
  });
});
