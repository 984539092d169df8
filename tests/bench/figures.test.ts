import * as assert from "node:assert/strict";
import { parseArguments } from "../../bench/arguments";
import { interleave } from "../../bench/measure/interleave";
import { judge } from "../../bench/measure/judge";
import { median, pairedRatio } from "../../bench/measure/statistics";
import { withResults } from "../../bench/report/document";
import type { ScenarioResult } from "../../bench/results";
import type { Scenario } from "../../bench/scenario";

describe("benchmark figures", () => {
  it("takes the middle value, or the mean of the two middle values", () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 3, 2]), 2.5);
    assert.throws(() => median([]), /an empty list has no median/);
  });

  it("compares within each round, so that a slow round cancels out, and gives an interval", () => {
    const { ratio, low, high } = pairedRatio([2, 20, 2, 2.2, 1.8], [1, 10, 1, 1, 1]);
    assert.equal(ratio, 2);
    assert.ok(low >= 1.8 && low <= 2, String(low));
    assert.ok(high >= 2 && high <= 2.2, String(high));
    assert.throws(() => pairedRatio([1], [1, 2]), /cannot be paired/);
  });

  it("gives the same interval for the same numbers", () => {
    const a = [1.1, 1.2, 1.3, 0.9, 1];
    assert.deepEqual(pairedRatio(a, [1, 1, 1, 1, 1]), pairedRatio(a, [1, 1, 1, 1, 1]));
  });

  it("judges a goal by the whole interval, after subtracting the baseline that neither variant can avoid", () => {
    const variants = { ours: { seconds: [3, 3, 3] }, bare: { seconds: [2, 2, 2] }, none: { seconds: [1, 1, 1] } };
    const of = { variant: "ours", beyond: "none" };
    const to = { variant: "bare", beyond: "none" };
    assert.deepEqual(judge({ variants }, { title: "", of, to }), { ratio: 2, low: 2, high: 2, verdict: undefined });
    assert.equal(judge({ variants }, { title: "", of, to, goal: { atMost: 1.9 } }).verdict, "missed");
    assert.equal(judge({ variants }, { title: "", of, to, goal: { atMost: 2 } }).verdict, "met");
    assert.equal(judge({ variants }, { title: "", of, to, goal: { atLeast: 2.1 } }).verdict, "missed");
    const noisy = { ours: { seconds: [2, 3, 4, 3, 2] }, bare: { seconds: [2, 2, 2, 2, 2] } };
    for (const goal of [{ atMost: 1.4 }, { atLeast: 1.4 }]) {
      assert.equal(judge({ variants: noisy }, { title: "", of: "ours", to: "bare", goal }).verdict, "undecided");
    }
    assert.throws(() => judge({ variants }, { title: "", of: "others", to }), /others has no seconds/);
  });

  it("alternates the variants, reverses every other round and discards the warm-up", async () => {
    const order: string[] = [];
    const variant = (name: string) => ({
      name,
      run: async (warmUp: boolean) => {
        order.push(warmUp ? `(${name})` : name);
        return { seconds: order.length };
      },
    });
    const all = await interleave([variant("a"), variant("b")], { runs: 2, log: () => {} });
    assert.deepEqual(order, ["(b)", "(a)", "a", "b", "b", "a"]);
    assert.deepEqual(all, { a: { seconds: [3, 6] }, b: { seconds: [4, 5] } });
  });
});

describe("benchmark arguments", () => {
  const run = async () => [];
  const all: Scenario[] = [
    { name: "preview", minutes: 1, size: { n: 1000, unit: "repositories" }, run },
    { name: "startup", minutes: 1, run },
  ];

  it("keeps results only for a scenario's own size and at least five runs", () => {
    const keep = (...args: string[]) => (parseArguments(args, all) as { keep: boolean }).keep;
    assert.equal(keep(), true);
    assert.equal(keep("preview", "--runs", "7"), true);
    assert.equal(keep("preview", "--n", "1000"), true);
    assert.equal(keep("preview", "--runs", "4"), false);
    assert.equal(keep("preview", "--n", "100"), false);
  });

  it("rejects unknown scenarios and flags, and invalid sizes", () => {
    assert.deepEqual(parseArguments(["previews"], all), { error: "unknown scenario previews" });
    assert.deepEqual(parseArguments(["preview", "--n", "0"], all), {
      error: '--n: found "0". Must be a whole number, 1 or more.',
    });
    assert.match((parseArguments(["startup", "--n", "5"], all) as { error: string }).error, /have a size/);
    assert.match((parseArguments(["--size", "5"], all) as { error: string }).error, /--size/);
  });
});

describe("docs/performance.md", () => {
  const machine = {
    cpu: "CPU",
    cores: 2,
    memoryGigabytes: 8,
    system: "Debian",
    kernel: "6.1",
    versions: { Node: "20" },
  };
  const result: ScenarioResult = {
    scenario: "preview",
    date: "2026-01-01",
    runs: 3,
    n: 10,
    minutes: 1.5,
    machine,
    groups: [
      {
        title: "Ten repositories",
        variants: { ours: { seconds: [2.2, 2, 2.1] }, bare: { seconds: [2, 2, 2] } },
        comparisons: [{ title: "ours to bare", of: "ours", to: "bare", goal: { atMost: 1.05 } }],
        notes: ["One note."],
      },
    ],
  };
  const empty =
    "<!-- bench:machine -->\n<!-- /bench:machine -->\nkept\n<!-- bench:preview -->\nold\n<!-- /bench:preview -->\n";

  it("puts each result between its markers and leaves the rest alone", () => {
    const text = withResults(empty, [result]);
    assert.match(text, /^<!-- bench:machine -->\n\| {2}\| {2}\|\n/);
    assert.match(text, /\| Processor \| CPU, 2 cores \|/);
    assert.match(text, /\nkept\n/);
    assert.match(text, /\| ours \| 2\.1 \(2 to 2\.2\) \|/);
    assert.match(text, /\| ours to bare \| 1\.05 \| 1\.00 to 1\.10 \| ≤ 1\.05 \| undecided \|/);
    assert.doesNotMatch(text, /old/);
    assert.equal(withResults(text, [result]), text);
  });

  it("must have a section for each result", () => {
    assert.throws(() => withResults("", [result]), /no section <!-- bench:machine -->/);
  });
});
