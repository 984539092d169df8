import assert from "node:assert/strict";
import type { Fault } from "../../ecr/faults";

/** The expected report of one fault: its path, and what its rule and fix must contain. */
export interface Refusal {
  /** What is wrong, for the test's title. */
  title: string;
  /** Runs inside the test, so that a mutation of the code fails only this test. */
  faults: () => readonly Fault[];
  path: string;
  rule: RegExp;
  fix: RegExp;
}

/** One test for each refusal: exactly one fault at the path, with rule and fix as sentences. */
export function itRefuses(refusals: readonly Refusal[]): void {
  for (const { title, faults, path, rule, fix } of refusals) {
    it(`refuses ${title}`, () => {
      const [fault, ...more] = faults();
      assert.deepEqual(more, []);
      assert.equal(fault?.path, path);
      assert.match(fault.rule, rule);
      assert.match(fault.rule, /\.$/);
      assert.match(fault.fix, fix);
      assert.match(fault.fix, /\.$/);
    });
  }
}

/** The paths of faults, in order. */
export function paths(faults: readonly Fault[]): string[] {
  return faults.map((fault) => fault.path);
}
