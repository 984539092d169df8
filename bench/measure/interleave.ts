/** The measurements: one number per quantity and run. */
export type Sample = Record<string, number>;

/** The raw numbers of one variant: for each quantity, the values of all runs in order. */
export type Samples = Record<string, number[]>;

export interface Variant {
  name: string;
  /** @param warmUp Whether the sample is discarded; a small input is enough then. */
  run(warmUp: boolean): Promise<Sample>;
}

/**
 * Runs all variants in turn, round after round, and every other round in reverse order, so that changes on the machine
 * affect all of them equally. Warm-up rounds are discarded.
 */
export async function interleave(
  variants: readonly Variant[],
  { runs, warmUps = 1, log }: { runs: number; warmUps?: number; log: (line: string) => void },
): Promise<Record<string, Samples>> {
  const all: Record<string, Samples> = Object.fromEntries(variants.map(({ name }) => [name, {}]));
  for (let round = -warmUps; round < runs; round++) {
    const order = round % 2 === 0 ? variants : [...variants].reverse();
    for (const { name, run } of order) {
      const sample = await run(round < 0);
      log(`${round < 0 ? "warm-up" : `${round + 1}/${runs}`} ${name}: ${describe(sample)}`);
      if (round < 0) continue;
      const samples = all[name] as Samples;
      for (const [quantity, value] of Object.entries(sample)) {
        samples[quantity] = [...(samples[quantity] ?? []), Number(value.toPrecision(6))];
      }
    }
  }
  return all;
}

function describe(sample: Sample): string {
  return Object.entries(sample)
    .map(([quantity, value]) => `${quantity} ${value.toPrecision(4)}`)
    .join(", ");
}
