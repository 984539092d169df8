import assert from "node:assert/strict";
import * as os from "node:os";
import fc from "fast-check";
import { fullTests } from "../tools";
import { type Edit, life } from "./edits";
import { Pool } from "./pool";
import { type Failing, shortest } from "./shortest";

const number = Number(process.env["LIVES"] ?? (fullTests ? 300 : 3));
const seed = Number(process.env["LIVES_SEED"] ?? 15);
/** Runs one life only: its number for the seed, or its edits in JSON; a failure prints both. */
const only = process.env["LIVES_ONLY"];
/** One more than the number of CPUs, since a life waits for the engine as often as it works. */
const processes = Number(process.env["LIVES_PROCESSES"] ?? os.availableParallelism() + 1);
const shrinkMilliseconds = 10 * 60_000;

/**
 * Random lives of a stack, each in its own account, with the real CLI: edits, manual changes in AWS, kills. After each
 * step AWS must match a small model, nothing may be gone that the edit did not name, the next preview must be empty and
 * a refresh must find nothing.
 */
describe(`random lives (LIVES=${number} LIVES_SEED=${seed})`, function () {
  this.timeout(3 * 60 * 60_000);
  let pool: Pool;

  before(async () => {
    pool = await Pool.start(processes);
  });
  after(() => pool?.stop());

  it("lose nothing, and match the model", async () => {
    const failing = await liveAll(chosen());
    const [first] = failing;
    if (first === undefined) return;
    const short = await shortest(first, (edits) => pool.live(edits), Date.now() + shrinkMilliseconds);
    assert.fail(
      `LIVES_SEED=${seed}, these fail: ${failing.map((each) => `LIVES_ONLY=${each.index}`).join(", ")}\n` +
        `The first, made shorter: LIVES_ONLY='${JSON.stringify(short.life)}'\n${short.failure}`,
    );
  });

  /** @returns The failed lives, each cut after the edit that failed. */
  async function liveAll(lives: [number, readonly Edit[]][]): Promise<(Failing & { index: number })[]> {
    const started = Date.now();
    let steps = 0;
    const endings = await Promise.all(
      lives.map(async ([index, edits]) => {
        const { failure, lived, checked } = await pool.live(edits);
        steps += checked;
        if (failure !== undefined) console.log(`LIVES_ONLY=${index} failed:\n${failure}\n`);
        return failure === undefined ? [] : [{ index, life: edits.slice(0, lived), failure }];
      }),
    );
    console.log(`      ${lives.length} lives, ${steps} steps, ${Math.round((Date.now() - started) / 1000)} s`);
    return endings.flat();
  }
});

function chosen(): [number, readonly Edit[]][] {
  if (only?.startsWith("[")) return [[0, JSON.parse(only) as Edit[]]];
  const all = [...fc.sample(life, { numRuns: Math.max(number, Number(only ?? 0) + 1), seed }).entries()];
  return only === undefined ? all : all.filter(([index]) => index === Number(only));
}
