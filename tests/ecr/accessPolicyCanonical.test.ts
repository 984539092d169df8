import assert from "node:assert/strict";
import { canonicalPolicyText } from "../../ecr/accessPolicy";
import { keptPolicyText } from "../../sandbox/gateway/keptPolicy";
import { policiesAreEquivalent } from "../../sandbox/providers/aws/policyEquivalence";

const partner = "210987654321";
const root = `arn:aws:iam::${partner}:root`;
const statement = { Sid: "Pull", Effect: "Allow", Principal: { AWS: [partner] }, Action: ["ecr:BatchGetImage"] };
const policy = (change: object = {}, document: object = { Version: "2012-10-17" }) =>
  JSON.stringify({ ...document, Statement: [{ ...statement, ...change }] });

/** Each spelling of a policy; whether the provider takes ECR's answer to it for a change when it is sent as it stands. */
const spellings: readonly [what: string, text: string, differsAsItStands: boolean][] = [
  ["as ECR itself would write it", policy({ Principal: { AWS: root } }), false],
  ["an account's number", policy(), false],
  ["an account by its number and by its root user", policy({ Principal: { AWS: [partner, root] } }), true],
  ["an account twice", policy({ Principal: { AWS: [partner, partner] } }), true],
  ["accounts in another order", policy({ Principal: { AWS: ["999999999999", partner, "111111111111"] } }), false],
  ["no version", policy({}, {}), true],
  ["a statement that stands alone", JSON.stringify({ Version: "2012-10-17", Statement: statement }), false],
  ["an empty condition", policy({ Condition: {} }), true],
  ["a condition with a boolean", policy({ Condition: { Bool: { "aws:SecureTransport": true } } }), false],
  ["an action in another case", policy({ Action: "ECR:batchgetimage" }), false],
  ["spaces and another order of keys", JSON.stringify(JSON.parse(policy()), null, 4), false],
  ["an empty name of a statement", policy({ Sid: "" }), false],
];

describe("canonicalPolicyText", () => {
  for (const [what, text, differsAsItStands] of spellings) {
    it(`is what the provider takes ECR's answer for: ${what}`, () => {
      assert.equal(policiesAreEquivalent(text, keptPolicyText(text, "eu-west-1")), !differsAsItStands);
      const canonical = canonicalPolicyText(text);
      const answer = keptPolicyText(canonical, "eu-west-1");
      assert.ok(policiesAreEquivalent(canonical, answer), `${canonical}\n${answer}`);
      // One form: bringing it there again, or bringing ECR's answer there, changes nothing.
      assert.equal(canonicalPolicyText(canonical), canonical);
      assert.equal(canonicalPolicyText(answer), canonical);
    });
  }

  it("spells actions as their service does, and leaves what it does not know", () => {
    const { Statement } = JSON.parse(
      canonicalPolicyText(policy({ Action: ["ecr:putimage", "ecr:Batch*", "s3:getobject"] })),
    );
    assert.deepEqual(Statement[0].Action, ["ecr:Batch*", "ecr:PutImage", "s3:getobject"]);
  });

  it("leaves what is no policy as it is", () => {
    assert.equal(canonicalPolicyText("{}"), "{}");
    assert.equal(canonicalPolicyText("no JSON"), "no JSON");
  });
});
