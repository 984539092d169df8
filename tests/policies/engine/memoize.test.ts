import * as assert from "node:assert/strict";
import { memoizeByObject, memoizeByString } from "../../../policies/engine/memoize";

describe("policies: remembered results", () => {
  it("are computed once for each string, and are the very same value", () => {
    const calls: string[] = [];
    const answer = memoizeByString((text) => {
      calls.push(text);
      return { text };
    });
    assert.equal(answer("a"), answer("a"));
    assert.notEqual(answer("a"), answer("b"));
    assert.deepEqual(calls, ["a", "b"]);
  });

  it("may be undefined", () => {
    let calls = 0;
    const answer = memoizeByString(() => {
      calls += 1;
      return undefined;
    });
    answer("a");
    answer("a");
    assert.equal(calls, 1);
  });

  it("do not grow without limit", () => {
    let calls = 0;
    const answer = memoizeByString(() => ++calls);
    for (let text = 0; text < 1000; text++) answer(String(text));
    answer("0");
    assert.equal(calls, 1001);
  });

  it("are separate for each object and setting", () => {
    const calls: string[] = [];
    const answer = memoizeByObject(({ name }: { name: string }, setting) => {
      calls.push(name + setting);
      return calls.length;
    });
    const [a, b] = [{ name: "a" }, { name: "a" }];
    assert.deepEqual([answer(a), answer(a), answer(b), answer(a, "x"), answer(a, "x")], [1, 1, 2, 3, 3]);
    assert.deepEqual(calls, ["a", "a", "ax"]);
  });
});
