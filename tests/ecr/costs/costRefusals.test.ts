import assert from "node:assert/strict";
import { valueFaults } from "../../../config/schemaFaults";
import { costSettings, priceTable } from "../../../ecr/costs/costSettings";
import { prices } from "../../../ecr/costs/prices";
import { itRefuses } from "../refusals";

const push = { perDay: 1, megabytes: 1 };
const settings = (value: unknown) => valueFaults(costSettings, value, "cost");
const pushed = (each: unknown) => settings({ pushes: { web: [each] } });
const table = (change: object) => valueFaults(priceTable, { ...prices, ...change }, "prices.json");
const noNumbers = [Number.NaN, Number.POSITIVE_INFINITY, "1", ["1"], null];
const noNumber = { rule: /^must be a number, without quotes\.$/, fix: /^write it that way; see docs\/config\.md\.$/ };
const show = (value: unknown) => (typeof value === "number" ? String(value) : JSON.stringify(value));

describe("ecr/costs/costs: refusals", () => {
  itRefuses([
    {
      title: "settings that are not a map",
      faults: () => settings("none"),
      path: "cost",
      rule: /^must be a map\.$/,
      fix: /^write it that way; see docs\/config\.md\.$/,
    },
    {
      title: "an unknown setting",
      faults: () => settings({ budget: 1 }),
      path: "cost.budget",
      rule: /^unknown key\.$/,
      fix: /freeTier, freeTierEnds, monthlyBudget, publicPullGb, pushes, prices\.$/,
    },
    {
      title: "an unknown free tier",
      faults: () => settings({ freeTier: "new" }),
      path: "cost.freeTier",
      rule: /^no such choice\.$/,
      fix: /legacy, none\.$/,
    },
    {
      title: "the legacy free tier without its last day",
      faults: () => settings({ freeTier: "legacy" }),
      path: "cost.freeTier",
      rule: /^the legacy free tier needs its last day\.$/,
      fix: /^write freeTierEnds: "2026-07-01"\.$/,
    },
    ...["2026-07", "x2026-07-01", "2026-07-01T00:00:00Z", "2026-02-31"].map((freeTierEnds) => ({
      title: `${JSON.stringify(freeTierEnds)} as the last day`,
      faults: () => settings({ freeTier: "legacy", freeTierEnds }),
      path: "cost.freeTierEnds",
      rule: /^the legacy free tier needs its last day\.$/,
      fix: /^write it as "2026-07-01"\.$/,
    })),
    ...noNumbers.map((value) => ({
      title: `${show(value)} as a budget`,
      faults: () => settings({ monthlyBudget: value }),
      path: "cost.monthlyBudget",
      ...noNumber,
    })),
    {
      title: "a negative budget",
      faults: () => settings({ monthlyBudget: -1 }),
      path: "cost.monthlyBudget",
      rule: /^must be a number, 0 or more\.$/,
      fix: /^write a number, or leave it out\.$/,
    },
    {
      title: "pushes that are a list",
      faults: () => settings({ pushes: [push] }),
      path: "cost.pushes",
      rule: /^must be a map\.$/,
      fix: /^write it that way; see docs\/config\.md\.$/,
    },
    {
      title: "a repository's pushes that are not a list",
      faults: () => settings({ pushes: { web: push } }),
      path: "cost.pushes.web",
      rule: /^must be a list\.$/,
      fix: /^write it that way; see docs\/config\.md\.$/,
    },
    {
      title: "a push that is not a map",
      faults: () => pushed(8),
      path: "cost.pushes.web[0]",
      rule: /^must be a map\.$/,
      fix: /^write it that way; see docs\/config\.md\.$/,
    },
    {
      title: "an unknown key of a push",
      faults: () => pushed({ ...push, gigabytes: 1 }),
      path: "cost.pushes.web[0].gigabytes",
      rule: /^unknown key\.$/,
      fix: /tags, perDay, megabytes, pulledForDays\.$/,
    },
    {
      title: "a tag that is not in a list",
      faults: () => pushed({ ...push, tags: "v1" }),
      path: "cost.pushes.web[0].tags",
      rule: /^must be a list\.$/,
      fix: /^write \["v1"\]\.$/,
    },
    {
      title: "an empty tag",
      faults: () => pushed({ ...push, tags: ["v1", ""] }),
      path: "cost.pushes.web[0].tags[1]",
      rule: /^must not be empty\.$/,
      fix: /^write it\.$/,
    },
    ...[-1, 0].map((perDay) => ({
      title: `${show(perDay)} images per day`,
      faults: () => pushed({ ...push, perDay }),
      path: "cost.pushes.web[0].perDay",
      rule: /^perDay must be a number above 0\.$/,
      fix: /^write how many images are pushed a day; 0\.1 is one in ten days\.$/,
    })),
    ...(["megabytes", "pulledForDays"] as const).map((key) => ({
      title: `a negative value for ${key}`,
      faults: () => pushed({ ...push, [key]: -0.1 }),
      path: `cost.pushes.web[0].${key}`,
      rule: new RegExp(`^${key} must be a number, 0 or more\\.$`),
      fix: /^write a number\.$/,
    })),
  ]);

  it("accepts the least and the most that settings can contain", () => {
    const most = { freeTier: "legacy", freeTierEnds: "2026-02-28", monthlyBudget: 0, publicPullGb: 0.5 };
    for (const value of [{}, { freeTier: "none" }, { ...most, pushes: { web: [{ ...push, tags: [] }], none: [] } }]) {
      assert.deepEqual(settings(value), []);
    }
    assert.deepEqual(pushed({ ...push, megabytes: 0, pulledForDays: 0, tags: ["a"] }), []);
  });
});

describe("ecr/costs/prices: refusals", () => {
  const steps = {
    rule: /^archive prices must be a list of steps with rising limits; the last step has no limit\.$/,
    fix: /^write \[\{"upToGb":153600,"perGb":0\.1\},\{"perGb":0\.07\}\]\.$/,
  };
  itRefuses([
    {
      title: "a price table that is not a map",
      faults: () => valueFaults(priceTable, [], "prices.json"),
      path: "prices.json",
      rule: /^must be a map\.$/,
      fix: /^write it that way; see docs\/config\.md\.$/,
    },
    ...(["asOf", "region", "currency", "storagePerGb", "archive"] as const).map((key) => ({
      title: `a table without ${key}`,
      faults: () => table({ [key]: undefined }),
      path: `prices.json.${key}`,
      rule: /^must be a (string|number, without quotes|list)\.$/,
      fix: /^set it; see docs\/config\.md\.$/,
    })),
    {
      title: "an empty currency",
      faults: () => table({ currency: "" }),
      path: "prices.json.currency",
      rule: /^must not be empty\.$/,
      fix: /^write it\.$/,
    },
    ...[-1, 0].map((value) => ({
      title: `${show(value)} bytes per GB`,
      faults: () => table({ bytesPerGb: value }),
      path: "prices.json.bytesPerGb",
      rule: /^must be a number, above 0\.$/,
      fix: /^write it as 1073741824\.$/,
    })),
    {
      title: "a price as a string",
      faults: () => table({ storagePerGb: "0.1" }),
      path: "prices.json.storagePerGb",
      ...noNumber,
    },
    {
      title: "a negative price",
      faults: () => table({ storagePerGb: -0.1 }),
      path: "prices.json.storagePerGb",
      rule: /^must be a number, 0 or more\.$/,
      fix: /^write it as 0\.1\.$/,
    },
    {
      title: "an unknown price",
      faults: () => table({ retrieval: 1 }),
      path: "prices.json.retrieval",
      rule: /^unknown key\.$/,
      fix: /asOf, region, currency, bytesPerGb, storagePerGb, archive, .*replicationPerGb\.$/,
    },
    ...[
      [],
      [{ upToGb: 1, perGb: 1 }],
      [{ perGb: 1 }, { perGb: 1 }],
      [{ upToGb: 2, perGb: 1 }, { upToGb: 1, perGb: 1 }, { perGb: 1 }],
      [{ perGb: -1 }],
    ].map((archive) => ({
      title: `${JSON.stringify(archive)} as archive prices`,
      faults: () => table({ archive }),
      path: "prices.json.archive",
      ...steps,
    })),
  ]);

  it("accepts a table of zero prices", () => {
    assert.deepEqual(table({ storagePerGb: 0, legacyFreeGb: 0, archive: [{ perGb: 0 }] }), []);
  });
});
