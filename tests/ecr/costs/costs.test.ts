import assert from "node:assert/strict";
import fc from "fast-check";
import { valueFaults } from "../../../config/schemaFaults";
import { estimateCost } from "../../../ecr/costs/costEstimate";
import { costSettings, type PriceTable, priceTable, withPriceOverrides } from "../../../ecr/costs/costSettings";
import { hasLegacyFreeTier, monthlyCost, pushStreams } from "../../../ecr/costs/costs";
import { prices } from "../../../ecr/costs/prices";
import { storageUse } from "../../../ecr/costs/storageUse";
import { lifecyclePolicyFromRules, lifecyclePresets } from "../../../ecr/lifecyclePolicy";

const GB = 2 ** 30;
const use = { privateBytes: 0, archiveBytes: 0, publicBytes: 0, publicTransferBytes: 0 };
/** Rounded to a millionth, since sums of decimal fractions are inexact. */
const rounded = (amount: number) => Math.round(amount * 1e6) / 1e6;

describe("ecr: prices", () => {
  it("form a table without faults", () => {
    assert.deepEqual(valueFaults(priceTable, prices, "prices"), []);
    assert.deepEqual(valueFaults(priceTable, JSON.parse(JSON.stringify(prices)), "prices"), []);
  });

  it("are refused with missing, wrong or unknown entries, all at once", () => {
    const bad = {
      ...prices,
      asOf: "",
      region: undefined,
      bytesPerGb: 0,
      storagePerGb: -1,
      publicFreeGb: "50",
      more: 1,
    };
    assert.deepEqual(
      valueFaults(priceTable, bad, "file").map(({ path }) => path),
      ["file.asOf", "file.region", "file.bytesPerGb", "file.storagePerGb", "file.publicFreeGb", "file.more"],
    );
    assert.deepEqual(
      valueFaults(priceTable, [], "file").map(({ path }) => path),
      ["file"],
    );
  });

  it("are overridden by the user's own", () => {
    assert.deepEqual(withPriceOverrides(), prices);
    assert.deepEqual(withPriceOverrides({ storagePerGb: 0.2 }), { ...prices, storagePerGb: 0.2 });
    const paths = (own: unknown) => valueFaults(costSettings, { prices: own }, "costs").map(({ path }) => path);
    assert.deepEqual(paths({ storagePerGb: 0.2, archive: [{ perGb: 0.1 }] }), []);
    assert.deepEqual(paths({ storagePerGb: -1, archive: [], perGb: 1 }), [
      "costs.prices.storagePerGb",
      "costs.prices.archive",
      "costs.prices.perGb",
    ]);
    assert.deepEqual(paths([]), ["costs.prices"]);
  });

  it("require archive prices in rising steps, the last without a limit", () => {
    const archive = (steps: unknown) =>
      valueFaults(priceTable, { ...prices, archive: steps }, "file").map(({ path }) => path);
    assert.deepEqual(archive([{ perGb: 1 }]), []);
    assert.deepEqual(archive([{ upToGb: 1, perGb: 1 }, { upToGb: 2, perGb: 1 }, { perGb: 0 }]), []);
    for (const steps of [
      undefined,
      [],
      [{ upToGb: 5, perGb: 1 }],
      [{ perGb: 1 }, { perGb: 2 }],
      [{ upToGb: 2, perGb: 1 }, { upToGb: 2, perGb: 1 }, { perGb: 1 }],
      [{ perGb: -1 }],
    ]) {
      assert.deepEqual(archive(steps), ["file.archive"], JSON.stringify(steps));
    }
  });
});

describe("ecr: storage use", () => {
  const blob = (digest: string, sizeBytes: number) => ({ digest, sizeBytes });

  it("counts a layer once, however many images share it", () => {
    const base = blob("base", 100);
    assert.deepEqual(storageUse([{ blobs: [base, blob("a", 1)] }, { blobs: [base, blob("b", 2), blob("b", 2)] }]), {
      standard: 103,
      archive: 0,
    });
    assert.deepEqual(storageUse([]), { standard: 0, archive: 0 });
  });

  it("counts a layer in both storage classes as standard, whatever the order", () => {
    const archived = { storageClass: "archive" as const, blobs: [blob("base", 100), blob("old", 10)] };
    const active = { storageClass: "standard" as const, blobs: [blob("base", 100), blob("new", 1)] };
    for (const images of [
      [archived, active],
      [active, archived],
    ]) {
      assert.deepEqual(storageUse(images), { standard: 101, archive: 10 });
    }
  });
});

describe("ecr: monthly cost", () => {
  it("is 0.10 a GB for standard and archive storage, without a free tier", () => {
    const cost = monthlyCost({ ...use, privateBytes: 20 * GB, archiveBytes: 10 * GB }, prices, false);
    assert.deepEqual(
      [cost.privateStorage, cost.archiveStorage, cost.publicStorage, cost.publicTransfer, cost.total],
      [2, 1, 0, 0, 3],
    );
  });

  it("deducts 500 MB private with the legacy free tier, and always 50 GB public and 500 GB of pulls", () => {
    const legacy = (privateBytes: number) =>
      rounded(monthlyCost({ ...use, privateBytes }, prices, true).privateStorage);
    assert.deepEqual([legacy(0.5 * GB), legacy(1.5 * GB), legacy(0)], [0, 0.1, 0]);
    const open = monthlyCost({ ...use, publicBytes: 60 * GB, publicTransferBytes: 600 * GB }, prices, false);
    assert.deepEqual([open.publicStorage, open.publicTransfer, open.total].map(rounded), [1, 9, 10]);
    const little = monthlyCost({ ...use, publicBytes: 50 * GB, publicTransferBytes: 500 * GB }, prices, false);
    assert.equal(little.total, 0);
  });

  it("is lower for the archive beyond 150 TB", () => {
    const archive = (tb: number) => rounded(monthlyCost({ ...use, archiveBytes: tb * 1024 * GB }, prices, false).total);
    assert.equal(archive(150), 15_360);
    assert.equal(archive(250), 15_360 + 7_168);
  });

  it("uses the given price table", () => {
    const own: PriceTable = { ...prices, bytesPerGb: 1e9, storagePerGb: 1, publicFreeGb: 0, legacyFreeGb: 2 };
    const cost = monthlyCost({ ...use, privateBytes: 5e9, publicBytes: 3e9 }, own, true);
    assert.deepEqual([cost.privateStorage, cost.publicStorage], [3, 3]);
  });

  it("never falls when more is stored", () => {
    const bytes = fc.integer({ min: 0, max: 2 ** 50 });
    fc.assert(
      fc.property(
        fc.record({ privateBytes: bytes, archiveBytes: bytes, publicBytes: bytes, publicTransferBytes: bytes }),
        bytes,
        (given, more) => {
          for (const key of Object.keys(given) as (keyof typeof given)[]) {
            const added = monthlyCost({ ...given, [key]: given[key] + more }, prices, true).total;
            assert.ok(added >= monthlyCost(given, prices, true).total - 1e-6);
          }
        },
      ),
      { seed: 5, numRuns: 200 },
    );
  });
});

describe("ecr: cost settings", () => {
  it("end the free tier on the day given", () => {
    const settings = { freeTier: "legacy", freeTierEnds: "2026-07-01" } as const;
    assert.equal(hasLegacyFreeTier(settings, new Date("2026-06-30T23:59:59Z")), true);
    assert.equal(hasLegacyFreeTier(settings, new Date("2026-07-01T00:00:00Z")), false);
    assert.equal(hasLegacyFreeTier({ freeTierEnds: "2026-07-01" }, new Date("2026-01-01")), false);
    assert.equal(hasLegacyFreeTier({}, new Date("2026-01-01")), false);
  });

  it("are accepted when valid, and refused with all faults at once", () => {
    const good = {
      freeTier: "legacy",
      freeTierEnds: "2026-07-01",
      monthlyBudget: 25,
      publicPullGb: 0,
      pushes: {
        web: [
          { tags: ["src-1"], perDay: 0.5, megabytes: 40, pulledForDays: 3 },
          { perDay: 8, megabytes: 0 },
        ],
      },
    };
    assert.deepEqual(valueFaults(costSettings, good, "costs"), []);
    assert.deepEqual(valueFaults(costSettings, {}, "costs"), []);
    const bad = {
      freeTier: "gone",
      freeTierEnds: "2026-02-31",
      monthlyBudget: -1,
      publicPullGb: "many",
      budget: 1,
      pushes: { web: [{ tags: [""], perDay: 0, megabytes: -1, pulledForDays: null, size: 1 }, 7, {}], api: {} },
    };
    assert.deepEqual(
      valueFaults(costSettings, bad, "costs").map(({ path }) => path),
      [
        "costs.freeTier",
        "costs.freeTierEnds",
        "costs.monthlyBudget",
        "costs.publicPullGb",
        "costs.pushes.web[0].tags[0]",
        "costs.pushes.web[0].perDay",
        "costs.pushes.web[0].megabytes",
        "costs.pushes.web[0].pulledForDays",
        "costs.pushes.web[0].size",
        "costs.pushes.web[1]",
        "costs.pushes.web[2].perDay",
        "costs.pushes.web[2].megabytes",
        "costs.pushes.api",
        "costs.budget",
      ],
    );
    for (const [settings, path] of [
      [{ freeTier: "legacy" }, "costs.freeTier"],
      [{ freeTierEnds: 20260701 }, "costs.freeTierEnds"],
      [{ pushes: [] }, "costs.pushes"],
      [null, "costs"],
    ] as const) {
      assert.deepEqual(
        valueFaults(costSettings, settings, "costs").map((fault) => fault.path),
        [path],
      );
    }
  });

  it("are converted to streams in bytes", () => {
    assert.deepEqual(
      pushStreams([
        { perDay: 2, megabytes: 1.5 },
        { tags: ["a"], perDay: 1, megabytes: 0, pulledForDays: 4 },
      ]),
      [
        { tags: [], perDay: 2, bytes: 1_500_000 },
        { tags: ["a"], perDay: 1, bytes: 0, pulledForDays: 4 },
      ],
    );
  });
});

describe("ecr: cost estimate", () => {
  const settings = {
    publicPullGb: 600,
    pushes: {
      web: [
        { tags: ["src-1"], perDay: 10, megabytes: (GB / 1e6) * 2 },
        { tags: [], perDay: 1, megabytes: GB / 1e6 },
      ],
      releases: [{ tags: ["v1"], perDay: 1, megabytes: GB / 1e6 }],
    },
  };
  const service = () => lifecyclePolicyFromRules(lifecyclePresets.service.rules);

  it("totals what is bounded, and says how fast the rest grows", () => {
    const estimate = estimateCost(settings, { web: service() }, prices);
    // 50 images of 2 GB and 7 of 1 GB; 100 GB of pulls beyond the free ones.
    assert.equal(rounded(estimate.monthly.privateStorage), 10.7);
    assert.equal(rounded(estimate.monthly.publicTransfer), 9);
    assert.equal(rounded(estimate.growthPerMonth), 3.04375);
    assert.deepEqual([estimate.currency, estimate.pricesAsOf], ["USD", "2026-03"]);
    assert.deepEqual(
      estimate.repositories["web"]?.map(({ rule }) => rule),
      [2, 1],
    );
    assert.equal(JSON.stringify(estimate.monthly).includes("null"), false);
  });

  it("deducts the free tier only when told to, and adds the storage of public repositories", () => {
    const options = { legacyFreeTier: true, publicBytes: 60 * GB };
    const estimate = estimateCost(settings, { web: service() }, prices, options);
    assert.equal(rounded(estimate.monthly.privateStorage), 10.65);
    assert.equal(rounded(estimate.monthly.publicStorage), 1);
  });

  it("includes the growth of an archive that nothing leaves", () => {
    const archive = lifecyclePolicyFromRules([{ images: "any", archiveAfterDays: 10 }]);
    const estimate = estimateCost({ pushes: { web: settings.pushes.releases } }, { web: archive }, prices);
    assert.equal(rounded(estimate.monthly.privateStorage), 1);
    assert.equal(rounded(estimate.growthPerMonth), 3.04375);
    const leaving = lifecyclePolicyFromRules([
      { images: "any", archiveAfterDays: 10 },
      { images: "any", expireAfterDaysArchived: 90 },
    ]);
    const bounded = estimateCost({ pushes: { web: settings.pushes.releases } }, { web: leaving }, prices);
    assert.deepEqual([rounded(bounded.monthly.archiveStorage), bounded.growthPerMonth], [9, 0]);
  });

  it("is zero without settings", () => {
    const { monthly, growthPerMonth, repositories } = estimateCost({}, {}, prices);
    assert.deepEqual([monthly.total, growthPerMonth, repositories], [0, 0, {}]);
  });
});
