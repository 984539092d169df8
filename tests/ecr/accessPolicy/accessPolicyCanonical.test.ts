import assert from "node:assert/strict";
import { canonicalPolicyText } from "../../../ecr/accessPolicy";
import { storedPolicyText } from "../../../sandbox/gateway/repositories/storedPolicy";
import { policiesAreEquivalent } from "../../../sandbox/providers/aws/policyEquivalence";

const partner = "210987654321";
const root = `arn:aws:iam::${partner}:root`;
const statement = { Sid: "Pull", Effect: "Allow", Principal: { AWS: [partner] }, Action: ["ecr:BatchGetImage"] };
const policy = (change: object = {}, document: object = { Version: "2012-10-17" }) =>
  JSON.stringify({ ...document, Statement: [{ ...statement, ...change }] });

/** Ways to write a policy, and whether the provider sees a difference between each, sent as is, and ECR's answer. */
const spellings: readonly [what: string, text: string, differsAsItStands: boolean][] = [
  ["as ECR itself would write it", policy({ Principal: { AWS: root } }), false],
  ["an account ID", policy(), false],
  ["an account by its ID and by its root user", policy({ Principal: { AWS: [partner, root] } }), true],
  ["an account twice", policy({ Principal: { AWS: [partner, partner] } }), true],
  ["accounts in another order", policy({ Principal: { AWS: ["999999999999", partner, "111111111111"] } }), false],
  ["no version", policy({}, {}), true],
  ["a single statement without a list", JSON.stringify({ Version: "2012-10-17", Statement: statement }), false],
  ["an empty condition", policy({ Condition: {} }), true],
  ["a condition with a boolean", policy({ Condition: { Bool: { "aws:SecureTransport": true } } }), false],
  ["an action in different capitalization", policy({ Action: "ECR:batchgetimage" }), false],
  ["spaces and another order of keys", JSON.stringify(JSON.parse(policy()), null, 4), false],
  ["an empty Sid", policy({ Sid: "" }), false],
];

describe("canonicalPolicyText", () => {
  for (const [what, text, differsAsItStands] of spellings) {
    it(`makes the provider see no difference from ECR's answer: ${what}`, () => {
      assert.equal(policiesAreEquivalent(text, storedPolicyText(text, "eu-west-1")), !differsAsItStands);
      const canonical = canonicalPolicyText(text);
      const answer = storedPolicyText(canonical, "eu-west-1");
      assert.ok(policiesAreEquivalent(canonical, answer), `${canonical}\n${answer}`);
      // Canonicalizing it again, or canonicalizing ECR's answer, changes nothing.
      assert.equal(canonicalPolicyText(canonical), canonical);
      assert.equal(canonicalPolicyText(answer), canonical);
    });
  }

  it("writes actions in their service's capitalization and keeps unknown ones", () => {
    const { Statement } = JSON.parse(
      canonicalPolicyText(policy({ Action: ["ecr:putimage", "ecr:Batch*", "s3:getobject"] })),
    );
    assert.deepEqual(Statement[0].Action, ["ecr:Batch*", "ecr:PutImage", "s3:getobject"]);
  });

  it("returns anything that is not a policy unchanged", () => {
    assert.equal(canonicalPolicyText("{}"), "{}");
    assert.equal(canonicalPolicyText("no JSON"), "no JSON");
  });
});
