import assert from "node:assert/strict";
import fc from "fast-check";
import { faultMessage } from "../../../ecr/faults";
import { lifecyclePolicyFaults } from "../../../ecr/lifecyclePolicy";
import { lifecycleDocument } from "../../../policies/lifecycle/lifecycleDocument";
import { judgeResource, types } from "../harness";
import { anyCount, anyDays, archivedDays, type Json, prefixCount, untaggedCount, untaggedDays } from "./lifecycleRules";

/** Rules that ECR accepts, with ascending priorities. */
const validRule = fc.oneof(
  fc.nat(400).map((days) => untaggedDays(days + 1)),
  fc.nat(400).map((count) => untaggedCount(count + 1)),
  fc.constantFrom("v", "dev-", "pr-").map((prefix) => prefixCount(1, prefix, 5)),
  fc.nat(400).map((count) => anyCount(1, count + 1)),
  fc.nat(400).map((days) => anyDays(1, days + 1)),
  fc.constantFrom("any", "tagged").map((status) => archivedDays(1, status, 90)),
);

/** A place in a rule and the value to put there; `undefined` removes it. */
const edit = fc.record({
  rule: fc.nat(3),
  part: fc.constantFrom("rule", "selection", "action"),
  key: fc.constantFrom(
    ..."rulePriority description tagStatus tagPrefixList tagPatternList countType countUnit countNumber storageClass type targetStorageClass other".split(
      " ",
    ),
  ),
  value: fc.constantFrom<unknown>(
    undefined,
    null,
    "",
    "any",
    "tagged",
    "archive",
    "days",
    "expire",
    0,
    -1,
    1.5,
    1,
    [],
    ["v*"],
  ),
});

function edited(valid: readonly Json[], edits: readonly { rule: number; part: string; key: string; value: unknown }[]) {
  const list = structuredClone(valid).map((each, index): Json => ({ ...each, rulePriority: index + 1 }));
  for (const { rule, part, key, value } of edits) {
    const at = list[rule];
    const place = (part === "rule" ? at : at?.[part]) as Json | undefined;
    if (place !== undefined && value === undefined) {
      delete place[key];
    } else if (place !== undefined) {
      place[key] = value;
    }
  }
  return { rules: list };
}

describe("policies: lifecycle policy documents that ECR refuses", () => {
  it("fail with all their faults, and documents that ECR accepts with none", async () => {
    const seen = { refused: 0, accepted: 0 };
    const documents = fc.tuple(fc.array(validRule, { maxLength: 3 }), fc.array(edit, { maxLength: 2 }), fc.boolean());
    await fc.assert(
      fc.asyncProperty(documents, async ([valid, edits, asText]) => {
        const document = edited(valid, edits);
        const policy = asText ? JSON.stringify(document) : document;
        const faults = lifecyclePolicyFaults(policy, "policy").map(faultMessage);
        const judged = { type: types.lifecyclePolicy, props: { repository: "petclinic", policy } };
        const { violations, unjudged } = await judgeResource(lifecycleDocument, judged);
        // In a document that ECR accepts, the rule reports only dead rules.
        assert.deepEqual(
          violations.filter((each) => !/ never acts, /.test(each)),
          faults,
        );
        assert.deepEqual(unjudged, []);
        seen[faults.length > 0 ? "refused" : "accepted"] += 1;
      }),
      { seed: 6, numRuns: 400 },
    );
    assert.ok(seen.refused > 80 && seen.accepted > 80, JSON.stringify(seen));
  });
});
