/** A median and the spread around it, of at least one number. */
export interface Summary {
  median: number;
  min: number;
  max: number;
}

/** A comparison: the ratio of the medians and its 95 % confidence interval. */
export interface Ratio {
  ratio: number;
  low: number;
  high: number;
}

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error("an empty list has no median");
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

export function summarize(values: readonly number[]): Summary {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

const resamples = 2000;

/**
 * The median of the ratios of paired measurements (a[i] and b[i] from the same round), with a bootstrap confidence
 * interval: rounds are resampled with replacement, from a fixed seed.
 *
 * A temporary slowdown of the machine affects both variants of a round, so it cancels out in their ratio.
 */
export function pairedRatio(a: readonly number[], b: readonly number[]): Ratio {
  if (a.length !== b.length) throw new Error(`${a.length} measurements cannot be paired with ${b.length}`);
  const ratios = a.map((value, round) => value / (b[round] as number));
  const random = generator(1);
  const medians = Array.from({ length: resamples }, () =>
    median(ratios.map(() => ratios[Math.floor(random() * ratios.length)] as number)),
  ).sort((x, y) => x - y);
  const at = (share: number) => medians[Math.round(share * (resamples - 1))] as number;
  return { ratio: median(ratios), low: at(0.025), high: at(0.975) };
}

/** Reproducible random numbers from 0 to less than 1 (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
