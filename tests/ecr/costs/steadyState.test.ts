import assert from "node:assert/strict";
import fc from "fast-check";
import { type PushStream, steadyState } from "../../../ecr/costs/steadyState";
import {
  evaluateLifecycle,
  type LifecycleImage,
  type LifecycleRuleInput,
  lifecyclePolicyFromRules,
} from "../../../ecr/lifecyclePolicy";

const stream = (tags: string[], perDay: number, more: Partial<PushStream> = {}): PushStream => ({
  tags,
  perDay,
  bytes: 100,
  ...more,
});

/** Days in standard storage and in the archive, for each stream. */
function days(rules: LifecycleRuleInput[], ...streams: PushStream[]): [number, number][] {
  return steadyState(lifecyclePolicyFromRules(rules), streams).map((each) => [each.standardDays, each.archiveDays]);
}

describe("ecr: steady state", () => {
  it("keeps images for a rule's days, and those that no rule matches forever", () => {
    const [untagged, release] = steadyState(lifecyclePolicyFromRules([{ images: "untagged", expireAfterDays: 7 }]), [
      stream([], 2),
      stream(["v1"], 1),
    ]);
    assert.deepEqual(untagged, {
      stream: stream([], 2),
      rule: 1,
      standardDays: 7,
      archiveDays: 0,
      standardBytes: 1400,
      archiveBytes: 0,
    });
    const forever = Number.POSITIVE_INFINITY;
    assert.deepEqual(release, {
      stream: stream(["v1"], 1),
      standardDays: forever,
      archiveDays: 0,
      standardBytes: forever,
      archiveBytes: 0,
    });
    assert.deepEqual(steadyState(undefined, [stream([], 1)])[0]?.standardDays, forever);
    assert.equal(steadyState(undefined, [stream([], 1, { bytes: 0 })])[0]?.standardBytes, 0);
  });

  it("keeps N images for a count rule, until N newer ones have arrived", () => {
    assert.deepEqual(days([{ images: "any", keepNewest: 50 }], stream(["a"], 10)), [[5, 0]]);
    assert.deepEqual(days([{ images: "any", keepNewest: 50 }], stream(["a"], 10), stream([], 15)), [
      [2, 0],
      [2, 0],
    ]);
  });

  it("counts images of earlier rules in a count rule while they exist", () => {
    const rules: LifecycleRuleInput[] = [
      { images: "untagged", expireAfterDays: 3 },
      { images: "any", keepNewest: 50 },
    ];
    // After 3 days there are 15 of each; the other 20 come from the second stream alone.
    assert.deepEqual(days(rules, stream([], 5), stream(["a"], 5)), [
      [3, 0],
      [7, 0],
    ]);
    // There are 50 before the first ones are deleted.
    assert.deepEqual(days(rules, stream([], 10), stream(["a"], 10)), [
      [3, 0],
      [2.5, 0],
    ]);
  });

  it("adds the days of pulls for a rule that counts from the last pull, and the days in the archive", () => {
    const rules: LifecycleRuleInput[] = [
      { images: "any", archiveAfterDaysUnpulled: 30 },
      { images: { tagPrefixes: ["a"] }, expireAfterDaysArchived: 90 },
    ];
    assert.deepEqual(days(rules, stream(["a"], 1, { pulledForDays: 10 }), stream(["b"], 1)), [
      [40, 90],
      [30, Number.POSITIVE_INFINITY],
    ]);
  });

  it("matches the evaluator when images arrive every day", () => {
    const rate = fc.integer({ min: 1, max: 3 });
    const count = fc.integer({ min: 1, max: 25 });
    fc.assert(
      fc.property(rate, rate, count, count, (first, second, keepNewest, expireAfterDays) => {
        const document = lifecyclePolicyFromRules([
          { images: { tagPrefixes: ["a"] }, expireAfterDays },
          { images: "any", keepNewest },
        ]);
        const streams = [stream(["a"], first), stream(["b"], second)];
        const expected = steadyState(document, streams).map((each) => each.standardBytes / 100);
        const found = simulate(document, streams, 80);
        expected.forEach((images, index) => {
          // Images are whole and arrive in steps, so the closed form may be one step off.
          assert.ok(Math.abs(images - (found[index] ?? 0)) <= first + second, `${expected} and ${found}`);
        });
      }),
      { seed: 11, numRuns: 60 },
    );
  });
});

/** Images of each stream after some days: each day's images are spread over it, and the policy runs at its end. */
function simulate(document: Parameters<typeof evaluateLifecycle>[0], streams: PushStream[], length: number): number[] {
  const day = 24 * 60 * 60 * 1000;
  let images: (LifecycleImage & { stream: number })[] = [];
  for (let today = 0; today < length; today++) {
    streams.forEach(({ tags, perDay }, stream) => {
      for (let n = 0; n < perDay; n++) {
        const pushedAt = new Date((today + n / perDay) * day);
        images.push({ digest: `${stream} ${today} ${n}`, tags, pushedAt, stream });
      }
    });
    const now = new Date((today + 1) * day);
    const gone = new Set(
      evaluateLifecycle(document, images, now).flatMap(({ digest, at }) => (at && at <= now ? [digest] : [])),
    );
    images = images.filter(({ digest }) => !gone.has(digest));
  }
  return streams.map((_, stream) => images.filter((image) => image.stream === stream).length);
}
