import type { Comparison, Group, Term } from "../scenario";
import { pairedRatio, type Ratio } from "./statistics";

export interface Verdict extends Ratio {
  /**
   * Whether the confidence interval meets the goal entirely, not at all or partly; in the last case, noise decides.
   * `undefined` without a goal.
   */
  verdict: "met" | "undecided" | "missed" | undefined;
}

/** A comparison's ratio and its verdict on the goal. */
export function judge(group: Pick<Group, "variants">, comparison: Comparison): Verdict {
  const quantity = comparison.quantity ?? "seconds";
  const of = termValues(group, comparison.of, quantity, 1);
  const ratio = pairedRatio(of, termValues(group, comparison.to, quantity, of.length));
  const { goal } = comparison;
  if (goal === undefined) return { ...ratio, verdict: undefined };
  const keeps = (value: number) => ("atMost" in goal ? value <= goal.atMost : value >= goal.atLeast);
  const ends = [keeps(ratio.low), keeps(ratio.high)];
  return { ...ratio, verdict: ends.every(Boolean) ? "met" : ends.some(Boolean) ? "undecided" : "missed" };
}

function termValues(group: Pick<Group, "variants">, term: Term, quantity: string, rounds: number): number[] {
  if (typeof term === "number") return Array.from({ length: rounds }, () => term);
  if (typeof term === "string") return valuesOf(group, term, quantity);
  const beyond = valuesOf(group, term.beyond, quantity);
  return valuesOf(group, term.variant, quantity).map((value, round) => value - (beyond[round] as number));
}

function valuesOf({ variants }: Pick<Group, "variants">, name: string, quantity: string): number[] {
  const values = variants[name]?.[quantity];
  if (values === undefined) throw new Error(`${name} has no ${quantity}`);
  return values;
}
