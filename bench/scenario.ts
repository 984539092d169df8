import type { Samples } from "./measure/interleave";

/** What a scenario is run with. */
export interface BenchContext {
  /** Environment of the sandbox's commands. */
  env: NodeJS.ProcessEnv;
  /** Runs of each variant, without the warm-up. */
  runs: number;
  /** Size, in the scenario's own unit. */
  n: number;
  /** Shows what goes on. */
  tell: (line: string) => void;
}

/** A variant by its name, what one took beyond another in the same round, or a number that is given. */
export type Term = string | { variant: string; beyond: string } | number;

/** A ratio that has a goal, of two variants that were measured in turn. */
export interface Comparison {
  /** What it says, as a row's title. */
  title: string;
  /** The first is divided by the second. */
  of: Term;
  to: Term;
  /** @default "seconds" */
  quantity?: string;
  /** What the ratio has to be. @default none: shown to be known */
  goal?: { atMost: number } | { atLeast: number };
}

/** Several variants that were measured in turn, and what follows from them. */
export interface Group {
  title: string;
  /** Name to raw numbers. */
  variants: Record<string, Samples>;
  comparisons: readonly Comparison[];
  /** What has to be known to read the figures, as sentences. */
  notes?: readonly string[];
}

/** Something that is measured with its peers, by itself: `npm run bench -- NAME`. */
export interface Scenario {
  name: string;
  /** Minutes that it takes on two quiet cores with its own size and number of runs. */
  minutes: number;
  /** Its size, with the unit. @default none */
  size?: { n: number; unit: string };
  /** @default 5 */
  runs?: number;
  run(context: BenchContext): Promise<Group[]>;
}
