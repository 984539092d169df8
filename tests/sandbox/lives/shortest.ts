import type { Edit } from "./edits";
import type { Ending } from "./worker";

/** A life that fails, and how. */
export interface Failing {
  life: readonly Edit[];
  failure: string;
}

/**
 * Shortens a failing life by leaving out edits as long as it still fails. Several attempts run at once, and a life is
 * cut where it failed.
 *
 * @param until Milliseconds since 1970, after which the shortest life so far is returned.
 */
export async function shortest(
  failing: Failing,
  live: (life: readonly Edit[]) => Promise<Ending>,
  until: number,
): Promise<Failing> {
  let found = failing;
  for (let size = Math.ceil(failing.life.length / 2); size >= 1; ) {
    const starts = Array.from({ length: Math.ceil(found.life.length / size) }, (_, index) => index * size);
    const shorter = starts.map((start) => found.life.filter((_, index) => index < start || index >= start + size));
    const tried = await Promise.all(
      shorter.map(async (life): Promise<Failing[]> => {
        if (life.length === 0 || Date.now() > until) return [];
        const { failure, lived } = await live(life);
        return failure === undefined ? [] : [{ life: life.slice(0, lived), failure }];
      }),
    );
    const best = tried.flat().sort((a, b) => a.life.length - b.life.length)[0];
    if (best) found = best;
    else if (size === 1) break;
    else size = Math.ceil(size / 2);
  }
  return found;
}
