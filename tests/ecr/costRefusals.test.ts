import assert from "node:assert/strict";
import { costSettingsFaults } from "../../ecr/costs";
import { prices, priceTableFaults } from "../../ecr/prices";
import { itRefuses } from "./refusals";

const push = { perDay: 1, megabytes: 1 };
const settings = (value: unknown) => costSettingsFaults(value, "cost");
const pushed = (each: unknown) => settings({ pushes: { web: [each] } });
const table = (change: object) => priceTableFaults({ ...prices, ...change }, "prices.json");
const noAmounts = [-1, Number.NaN, Number.POSITIVE_INFINITY, "1", ["1"], null];
const show = (value: unknown) => (typeof value === "number" ? String(value) : JSON.stringify(value));

describe("ecr/costs: refusals", () => {
  itRefuses([
    {
      title: "what are no settings",
      faults: () => settings("none"),
      path: "cost",
      rule: /^cost settings are an object\.$/,
      fix: /^write \{ freeTier: none \}\.$/,
    },
    {
      title: "an unknown setting",
      faults: () => settings({ budget: 1 }),
      path: "cost.budget",
      rule: /^there is no "budget" here\.$/,
      fix: /orrect it or leave it out; the keys are freeTier, freeTierEnds, monthlyBudget, publicPullGb, pushes, prices\.$/,
    },
    {
      title: "an unknown free tier",
      faults: () => settings({ freeTier: "new" }),
      path: "cost.freeTier",
      rule: /^freeTier is `legacy` or `none`\.$/,
      fix: /^write one of these\.$/,
    },
    ...[undefined, "", "2026-07", "x2026-07-01", "2026-07-01T00:00:00Z", "2026-02-31", 20260701, ["2026-07-01"]].map(
      (freeTierEnds) => ({
        title: `${JSON.stringify(freeTierEnds)} for a last day`,
        faults: () => settings({ freeTier: "legacy", freeTierEnds }),
        path: "cost.freeTierEnds",
        rule: /^the legacy free tier has a last day\.$/,
        fix: /^write it as "2026-07-01"\.$/,
      }),
    ),
    ...noAmounts.map((value) => ({
      title: `${show(value)} for a budget`,
      faults: () => settings({ monthlyBudget: value }),
      path: "cost.monthlyBudget",
      rule: /^this is a number, 0 or more\.$/,
      fix: /^write a number, or leave it out\.$/,
    })),
    {
      title: "pushes that are a list",
      faults: () => settings({ pushes: [push] }),
      path: "cost.pushes",
      rule: /^pushes are lists by repository\.$/,
      fix: /^write \{ web: \[\{ perDay: 8, megabytes: 40 \}\] \}\.$/,
    },
    {
      title: "a repository's pushes that are no list",
      faults: () => settings({ pushes: { web: push } }),
      path: "cost.pushes.web",
      rule: /^pushes are a list\.$/,
      fix: /^write \[\{ perDay: 8, megabytes: 40 \}\]\.$/,
    },
    {
      title: "a push that is no object",
      faults: () => pushed(8),
      path: "cost.pushes.web[0]",
      rule: /^this is an object\.$/,
      fix: /^write \{ perDay: 8, megabytes: 40 \}\.$/,
    },
    {
      title: "an unknown key of a push",
      faults: () => pushed({ ...push, gigabytes: 1 }),
      path: "cost.pushes.web[0].gigabytes",
      rule: /^there is no "gigabytes" here\.$/,
      fix: /orrect it or leave it out; the keys are tags, perDay, megabytes, pulledForDays\.$/,
    },
    ...["v1", ["v1", ""], ["v1", 2], [2]].map((tags) => ({
      title: `${JSON.stringify(tags)} for tags`,
      faults: () => pushed({ ...push, tags }),
      path: "cost.pushes.web[0].tags",
      rule: /^tags are a list of texts\.$/,
      fix: /^write \["src-1"\]\.$/,
    })),
    ...[...noAmounts, 0].map((perDay) => ({
      title: `${show(perDay)} images a day`,
      faults: () => pushed({ ...push, perDay }),
      path: "cost.pushes.web[0].perDay",
      rule: /^perDay is a number above 0\.$/,
      fix: /^write how many images come a day; 0\.1 is one in ten days\.$/,
    })),
    ...(["megabytes", "pulledForDays"] as const).map((key) => ({
      title: `a text for ${key}`,
      faults: () => pushed({ ...push, [key]: "1" }),
      path: `cost.pushes.web[0].${key}`,
      rule: new RegExp(`^${key} is a number, 0 or more\\.$`),
      fix: /^write a number\.$/,
    })),
  ]);

  it("are none for the least and the most that can be said", () => {
    const most = { freeTier: "legacy", freeTierEnds: "2026-02-28", monthlyBudget: 0, publicPullGb: 0.5 };
    for (const value of [{}, { freeTier: "none" }, { ...most, pushes: { web: [{ ...push, tags: [] }], none: [] } }]) {
      assert.deepEqual(settings(value), []);
    }
    assert.deepEqual(pushed({ ...push, megabytes: 0, pulledForDays: 0, tags: ["a"] }), []);
  });
});

describe("ecr/prices: refusals", () => {
  const steps = {
    rule: /^archive prices are a list of steps with rising limits; the last has none\.$/,
    fix: /^write \[\{"upToGb":153600,"perGb":0\.1\},\{"perGb":0\.07\}\]\.$/,
  };
  itRefuses([
    {
      title: "what is no table",
      faults: () => priceTableFaults([], "prices.json"),
      path: "prices.json",
      rule: /^a price table is an object\.$/,
      fix: /^copy the table of ecr\/prices\.ts as JSON\.$/,
    },
    ...(["asOf", "region", "currency"] as const).flatMap((key) =>
      ["", 7, undefined].map((value) => ({
        title: `${JSON.stringify(value)} for ${key}`,
        faults: () => table({ [key]: value }),
        path: `prices.json.${key}`,
        rule: /^this is a text\.$/,
        fix: new RegExp(`^write it as "${prices[key]}"\\.$`),
      })),
    ),
    ...[...noAmounts, 0].map((value) => ({
      title: `${show(value)} bytes a GB`,
      faults: () => table({ bytesPerGb: value }),
      path: "prices.json.bytesPerGb",
      rule: /^this is a number, above 0\.$/,
      fix: /^write it as 1073741824\.$/,
    })),
    {
      title: "a price as text",
      faults: () => table({ storagePerGb: "0.1" }),
      path: "prices.json.storagePerGb",
      rule: /^this is a number, 0 or more\.$/,
      fix: /^write it as 0\.1\.$/,
    },
    {
      title: "an unknown price",
      faults: () => table({ retrieval: 1 }),
      path: "prices.json.retrieval",
      rule: /^a price table has no "retrieval"\.$/,
      fix: /orrect it or leave it out; the keys are asOf, region, currency, bytesPerGb, storagePerGb, archive, .*replicationPerGb\.$/,
    },
    ...[
      [],
      [{ upToGb: 1, perGb: 1 }],
      [{ perGb: 1 }, { perGb: 1 }],
      [{ upToGb: 2, perGb: 1 }, { upToGb: 1, perGb: 1 }, { perGb: 1 }],
      [{ perGb: "1" }],
      {},
    ].map((archive) => ({
      title: `${JSON.stringify(archive)} for archive prices`,
      faults: () => table({ archive }),
      path: "prices.json.archive",
      ...steps,
    })),
  ]);

  it("are none for a table whose prices are nothing", () => {
    assert.deepEqual(table({ storagePerGb: 0, legacyFreeGb: 0, archive: [{ perGb: 0 }] }), []);
  });
});
