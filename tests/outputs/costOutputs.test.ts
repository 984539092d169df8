import assert from "node:assert/strict";
import fc from "fast-check";
import { lifecyclePolicyFromRules } from "../../ecr/lifecyclePolicy";
import { costOutputs } from "../../outputs/costOutputs";
import { outputsSchema } from "../../outputs/schema";

const GB = 2 ** 30;
const web = lifecyclePolicyFromRules([
  { images: { tagPrefixes: ["src-"] }, keepNewest: 30 },
  { images: "untagged", expireAfterDays: 10 },
]);

describe("outputs: costs", () => {
  it("give the cost of storage at steady state, when deletions balance pushes", () => {
    const settings = {
      monthlyBudget: 20,
      publicPullGb: 600,
      pushes: {
        web: [
          { tags: ["src-1"], perDay: 3, megabytes: GB / 1e6 },
          { perDay: 1, megabytes: GB / 1e6 },
        ],
      },
    };
    assert.deepEqual(costOutputs(settings, { web }), {
      currency: "USD",
      pricesAsOf: "2026-03",
      monthly: { privateStorage: 4, archiveStorage: 0, publicStorage: 0, publicTransfer: 9, total: 13 },
      growthPerMonth: 0,
      monthlyBudget: 20,
      repositories: { web: { standardBytes: 40 * GB, archiveBytes: 0, grows: false } },
    });
  });

  it("report unlimited growth separately", () => {
    const settings = { pushes: { web: [{ tags: ["v1"], perDay: 1, megabytes: GB / 1e6 }], api: [] } };
    const costs = costOutputs(settings, { web, api: undefined });
    assert.equal(costs.growthPerMonth, 3.0438);
    assert.equal(costs.monthly.total, 0);
    assert.equal("monthlyBudget" in costs, false);
    assert.deepEqual(costs.repositories, {
      web: { standardBytes: 0, archiveBytes: 0, grows: true },
      api: { standardBytes: 0, archiveBytes: 0, grows: false },
    });
  });

  it("use the user's own prices", () => {
    const pushes = { web: [{ tags: ["src-1"], perDay: 1, megabytes: GB / 1e6 }] };
    const costs = costOutputs({ pushes, prices: { storagePerGb: 0.2, currency: "EUR", asOf: "2027-01" } }, { web });
    assert.deepEqual([costs.monthly.total, costs.currency, costs.pricesAsOf], [6, "EUR", "2027-01"]);
  });

  it("do not change over time: they leave out the free tier, which ends on a date", () => {
    const pushes = { web: [{ tags: ["src-1"], perDay: 1, megabytes: 100 }] };
    const without = costOutputs({ pushes }, { web });
    assert.deepEqual(costOutputs({ pushes, freeTier: "legacy", freeTierEnds: "9999-12-31" }, { web }), without);
    assert.deepEqual(costOutputs({ pushes, freeTier: "legacy", freeTierEnds: "2020-01-01" }, { web }), without);
  });

  it("survive the transfer to another stack as the contract defines them, whatever is pushed", () => {
    const push = fc.record({
      tags: fc.constantFrom<string[][]>([], ["src-1"], ["v1"]),
      perDay: fc.double({ min: 0.001, max: 1e4, noNaN: true }),
      megabytes: fc.double({ min: 0, max: 1e6, noNaN: true }),
    });
    const pushes = fc.dictionary(fc.constantFrom("web", "api"), fc.array(push, { maxLength: 3 }));
    fc.assert(
      fc.property(pushes, (given) => {
        const costs = costOutputs({ pushes: given }, { web });
        assert.deepEqual(outputsSchema.shape.costs.parse(JSON.parse(JSON.stringify(costs))), costs);
      }),
      { seed: 7, numRuns: 100 },
    );
  });
});
