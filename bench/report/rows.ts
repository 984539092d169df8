import { judge } from "../measure/judge";
import { summarize } from "../measure/statistics";
import type { Comparison, Group } from "../scenario";

/** The table of measurements: a row per variant, a column per quantity. */
export function measurementRows({ variants }: Group): string[][] {
  const quantities = [...new Set(Object.values(variants).flatMap((samples) => Object.keys(samples)))];
  const rows = Object.entries(variants).map(([name, samples]) => [
    name,
    ...quantities.map((quantity) => (samples[quantity] === undefined ? "" : spread(samples[quantity]))),
  ]);
  return [["", ...quantities], ...rows];
}

/** The table of comparisons. */
export function comparisonRows(group: Group): string[][] {
  const rows = group.comparisons.map((comparison) => {
    const { ratio, low, high, verdict = "" } = judge(group, comparison);
    return [
      comparison.title,
      ratio.toFixed(2),
      `${low.toFixed(2)} to ${high.toFixed(2)}`,
      goalText(comparison),
      verdict,
    ];
  });
  return [["", "ratio", "interval", "goal", ""], ...rows];
}

function goalText({ goal }: Comparison): string {
  if (goal === undefined) return "";
  return "atMost" in goal ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`;
}

function spread(values: readonly number[]): string {
  const { median, min, max } = summarize(values);
  return `${figure(median)} (${figure(min)} to ${figure(max)})`;
}

/** Rounds to three significant digits. */
export function figure(value: number): string {
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Number(value.toPrecision(3)).toString();
}
