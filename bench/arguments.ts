import { parseArgs } from "node:util";
import type { Scenario } from "./scenario";

export interface BenchArguments {
  scenarios: readonly Scenario[];
  runs: number | undefined;
  n: number | undefined;
  /**
   * Whether to save the numbers to bench/results and docs/performance.md; only for scenarios run at their default
   * sizes.
   */
  keep: boolean;
}

/** Minimum number of runs for a figure in the document. */
const fewestRuns = 5;

export function parseArguments(args: string[], all: readonly Scenario[]): BenchArguments | { error: string } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { runs: { type: "string" }, n: { type: "string" } },
    });
    const scenarios = all.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
    const unknown = positionals.filter((name) => all.every((each) => each.name !== name));
    if (unknown.length > 0) return { error: `unknown scenario ${unknown.join(", ")}` };
    const runs = wholeNumber("runs", values.runs);
    const n = wholeNumber("n", values.n);
    if (n !== undefined && scenarios.some(({ size }) => size === undefined)) {
      return { error: "--n applies only to scenarios that have a size. Name them" };
    }
    const keep =
      (runs ?? fewestRuns) >= fewestRuns && (n === undefined || scenarios.every(({ size }) => size?.n === n));
    return { scenarios, runs, n, keep };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${name}: found "${text}". Must be a whole number, 1 or more.`);
  return Number(text);
}

export function usage(all: readonly Scenario[]): string {
  const rows = all.map(({ name, minutes, size }) => {
    const what = size === undefined ? "" : `, n: ${size.n} ${size.unit}`;
    return `  ${name.padEnd(12)} about ${minutes} min${what}`;
  });
  return [
    "usage: npm run bench -- [SCENARIO…] [--runs RUNS] [--n SIZE]",
    "",
    "With another size, or fewer than five runs, the figures are printed but not saved. Scenarios (default: all):",
    ...rows,
  ].join("\n");
}
