import type { Samples } from "./measure/interleave";

/** The arguments of a scenario. */
export interface BenchContext {
  /** Environment variables for commands in the sandbox. */
  env: NodeJS.ProcessEnv;
  /** Runs per variant, without the warm-up. */
  runs: number;
  /** Size in the scenario's own unit. */
  n: number;
  /** Reports progress. */
  log: (line: string) => void;
}

/** A variant by its name, the difference between two variants in the same round, or a constant. */
export type Term = string | { variant: string; beyond: string } | number;

/** A ratio with a goal, between two variants measured in turn. */
export interface Comparison {
  /** The row's title. */
  title: string;
  /** Dividend and divisor. */
  of: Term;
  to: Term;
  /** @default "seconds" */
  quantity?: string;
  /** The goal for the ratio. @default none: the ratio is only reported */
  goal?: { atMost: number } | { atLeast: number };
}

/** Variants measured in turn, and their comparisons. */
export interface Group {
  title: string;
  /** Raw numbers by variant. */
  variants: Record<string, Samples>;
  comparisons: readonly Comparison[];
  /** Sentences needed to interpret the figures. */
  notes?: readonly string[];
}

/** Something measured together with its peers; runs on its own with `npm run bench -- NAME`. */
export interface Scenario {
  name: string;
  /** Expected minutes on two idle cores with the default size and number of runs. */
  minutes: number;
  /** Default size, with its unit. @default none */
  size?: { n: number; unit: string };
  /** @default 5 */
  runs?: number;
  run(context: BenchContext): Promise<Group[]>;
}
