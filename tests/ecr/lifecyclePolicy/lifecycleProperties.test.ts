import assert from "node:assert/strict";
import fc from "fast-check";
import {
  evaluateLifecycle,
  type LifecycleImage,
  type LifecycleRule,
  lifecycleTimeline,
  protectTags,
  ruleMatches,
} from "../../../ecr/lifecyclePolicy";
import { lifecycleCases } from "./lifecycleCases";
import { now } from "./lifecycleImages";
import { referenceOutcomes } from "./lifecycleReference";
import { rule as anyRule } from "./lifecycleRules";

const seed = 20260601;
/** TEST_FULL=1 compares the two evaluators on 100,000 cases instead of 2,000. */
const comparisons = process.env["TEST_FULL"] ? 100_000 : 2_000;

/** Newest first, in the order of count rules. */
function newest(images: readonly LifecycleImage[]): LifecycleImage[] {
  const time = (image: LifecycleImage) => (image.activatedAt ?? image.pushedAt).getTime();
  return [...images].sort((a, b) => time(b) - time(a) || (a.digest < b.digest ? 1 : -1));
}

describe("ecr/lifecyclePolicy: properties of the evaluation", () => {
  it(`agrees with an evaluator written from the documentation alone (${comparisons} random cases)`, function () {
    this.timeout(600_000);
    fc.assert(
      fc.property(lifecycleCases(true), ({ document, images }) => {
        const outcomes = evaluateLifecycle(document, images, now).map(({ digest, rule, action, at }) => ({
          digest,
          rule,
          action,
          at: at?.getTime(),
        }));
        assert.deepEqual(outcomes, referenceOutcomes(document, images, now));
      }),
      { seed, numRuns: comparisons },
    );
  });

  it("an image has one owner, the matching rule with the lowest number", () => {
    fc.assert(
      fc.property(lifecycleCases(false), ({ document, images }) => {
        const outcomes = evaluateLifecycle(document, images, now);
        assert.deepEqual(
          outcomes.map(({ digest }) => digest),
          images.map(({ digest }) => digest),
        );
        images.forEach((image, index) => {
          const numbers = document.rules.filter((rule) => ruleMatches(rule, image)).map((rule) => rule.rulePriority);
          assert.equal(outcomes[index]?.rule, numbers.length === 0 ? undefined : Math.min(...numbers));
        });
      }),
      { seed, numRuns: 500 },
    );
  });

  it("a rule with a higher number never changes what earlier rules do", () => {
    fc.assert(
      fc.property(lifecycleCases(false), fc.integer({ min: 1, max: 4 }), ({ document, images }, countNumber) => {
        const last = anyRule({ countNumber }, { rulePriority: 31 }) as unknown as LifecycleRule;
        const before = evaluateLifecycle(document, images, now);
        const after = evaluateLifecycle({ rules: [...document.rules, last] }, images, now);
        before.forEach((outcome, index) => {
          if (outcome.rule !== undefined) assert.deepEqual(after[index], outcome);
        });
      }),
      { seed, numRuns: 500 },
    );
  });

  it("a count rule keeps its N newest images and removes all older ones that it owns", () => {
    fc.assert(
      fc.property(lifecycleCases(false), ({ document, images }) => {
        const outcomes = new Map(evaluateLifecycle(document, images, now).map((each) => [each.digest, each]));
        for (const rule of document.rules.filter(({ selection }) => selection.countType === "imageCountMoreThan")) {
          const counted = newest(images.filter((image) => ruleMatches(rule, image)));
          counted.forEach(({ digest }, index) => {
            const outcome = outcomes.get(digest);
            if (outcome?.rule === rule.rulePriority) {
              assert.equal(outcome.action === "keep", index < rule.selection.countNumber);
            }
          });
        }
      }),
      { seed, numRuns: 500 },
    );
  });

  it("an image with a protected tag is never expired or archived, even after years", () => {
    fc.assert(
      fc.property(lifecycleCases(false), ({ document, images }) => {
        const { events } = lifecycleTimeline(protectTags(document, ["v*"]), images, now, 1000);
        const isProtected = (digest: string) =>
          images.find((image) => image.digest === digest)?.tags.some((tag) => tag.startsWith("v"));
        assert.deepEqual(
          events.filter(({ digest }) => isProtected(digest)),
          [],
        );
      }),
      { seed, numRuns: 300 },
    );
  });

  it("the order of images and rules does not matter", () => {
    fc.assert(
      fc.property(lifecycleCases(true), ({ document, images }) => {
        const backwards = evaluateLifecycle({ rules: [...document.rules].reverse() }, [...images].reverse(), now);
        // If several indexes hold an image back, either may be named.
        const facts = (outcomes: typeof backwards) => outcomes.map(({ decidedBy: _, ...each }) => each);
        assert.deepEqual(facts(backwards.reverse()), facts(evaluateLifecycle(document, images, now)));
      }),
      { seed, numRuns: 500 },
    );
  });

  it("the timeline begins with what is due now, and no image expires twice or is lost", () => {
    fc.assert(
      fc.property(lifecycleCases(true), ({ document, images }) => {
        const due = evaluateLifecycle(document, images, now).filter(({ at }) => at?.getTime() === now.getTime());
        const { events, left } = lifecycleTimeline(document, images, now, 200);
        assert.deepEqual(new Set(events.slice(0, due.length)), new Set(due));
        const expired = events.filter(({ action }) => action === "expire").map(({ digest }) => digest);
        assert.deepEqual([...expired, ...left.map(({ digest }) => digest)].sort(), images.map((i) => i.digest).sort());
      }),
      { seed, numRuns: 500 },
    );
  });
});
