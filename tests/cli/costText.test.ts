import assert from "node:assert/strict";
import type { CostReport } from "../../cli/cost/costReport";
import { costText } from "../../cli/cost/costText";
import { estimateCost } from "../../ecr/costs/costEstimate";
import { monthlyCost } from "../../ecr/costs/costs";
import { prices } from "../../ecr/costs/prices";
import { lifecyclePolicyFromRules } from "../../ecr/lifecyclePolicy";

const GB = 2 ** 30;
const settings = {
  pushes: {
    web: [
      { tags: ["src-1"], perDay: 10, megabytes: GB / 1e6 },
      { tags: ["v1"], perDay: 1, megabytes: GB / 1e6 },
    ],
  },
};
const document = lifecyclePolicyFromRules([
  { images: { tagPrefixes: ["src-"] }, archiveKeepNewest: 25 },
  { images: "any", expireAfterDaysArchived: 90 },
]);

function report(more: Partial<CostReport> = {}): CostReport {
  return {
    now: {
      publicTransferBytes: 0,
      measured: {
        repositories: [
          { name: "team/web", region: "eu-west-1", images: 3, standard: 20 * GB, archive: 0 },
          { name: "team/api", region: "eu-west-1", images: 12, standard: 5_000_000, archive: 2_000 },
        ],
        total: { standard: 20 * GB, archive: 2_000 },
        blobMounting: ["eu-west-1"],
        publicRepositories: [{ name: "open/web", images: 1, bytes: 7_000 }],
        unknown: ["team/api: 2 images counted by the size that ECR reports, without separating their layers"],
      },
      monthly: monthlyCost(
        { privateBytes: 20 * GB, archiveBytes: 10 * GB, publicBytes: 0, publicTransferBytes: 0 },
        prices,
        false,
      ),
    },
    steadyState: estimateCost(settings, { web: document }, prices),
    legacyFreeTier: false,
    prices,
    ...more,
  };
}

describe("cli: cost", () => {
  it("prints repositories, monthly cost now and at steady state, the reasons, and what is unknown", () => {
    const text = costText(report());
    for (const expected of [
      /^repository +region +images +standard +archive *$/m,
      /^team\/web +eu-west-1 +3 +21\.5 GB *$/m,
      /^team\/api +eu-west-1 +12 +5\.0 MB +2\.0 kB *$/m,
      /^open\/web +public +1 +7\.0 kB *$/m,
      /^now {12}3\.00 USD a month \(private 2\.00 USD, archive 1\.00 USD\)$/m,
      /^steady state {3}92\.50 USD a month \(private 2\.50 USD, archive 90\.00 USD\)$/m,
      /^ +web: images tagged src-1 stay 2\.5 days \(rule 1\), then 90 days in the archive$/m,
      /^ +web: images tagged v1 stay forever \(no rule\)$/m,
      /^ +and 3\.04 USD more each month, for images that no rule deletes$/m,
      /^layers are shared by all repositories of eu-west-1: together they hold 21\.5 GB$/m,
      /^prices of us-east-1, 2026-03$/m,
      /^not known: team\/api: 2 images counted by the size/m,
    ]) {
      assert.match(text, expected);
    }
    assert.doesNotMatch(text, /budget/i);
  });

  it("says whether the budget holds, and whether the free tier applies", () => {
    const held = costText(report({ budget: { monthly: 100, exceededBy: 0 }, legacyFreeTier: true }));
    assert.match(held, /^within the budget of 100\.00 USD a month$/m);
    assert.match(held, /^prices of us-east-1, 2026-03, with the free tier of old accounts$/m);
    const exceeded = costText(report({ budget: { monthly: 90, exceededBy: 2.5 } }));
    assert.match(exceeded, /^BUDGET: 90\.00 USD a month, exceeded by 2\.50 USD$/m);
  });

  it("asks for pushes if the settings have none", () => {
    const text = costText(report({ steadyState: estimateCost({}, {}, prices) }));
    assert.match(text, /^steady state {3}0\.00 USD a month$/m);
    assert.match(text, /no pushes configured: set pushes in the config `ecr:costs`/);
    assert.doesNotMatch(text, /more each month/);
  });
});
