import * as assert from "node:assert/strict";
import { rememberObject, rememberText } from "../../policies/remembered";

describe("policies: what is read once", () => {
  it("asks once for each text, and gives the very same answer", () => {
    const asked: string[] = [];
    const answer = rememberText((text) => {
      asked.push(text);
      return { text };
    });
    assert.equal(answer("a"), answer("a"));
    assert.notEqual(answer("a"), answer("b"));
    assert.deepEqual(asked, ["a", "b"]);
  });

  it("remembers no answer too", () => {
    let asked = 0;
    const answer = rememberText(() => {
      asked += 1;
      return undefined;
    });
    answer("a");
    answer("a");
    assert.equal(asked, 1);
  });

  it("does not grow without end", () => {
    let asked = 0;
    const answer = rememberText(() => ++asked);
    for (let text = 0; text < 1000; text++) answer(String(text));
    answer("0");
    assert.equal(asked, 1001);
  });

  it("tells objects apart, and settings of one object", () => {
    const asked: string[] = [];
    const answer = rememberObject(({ name }: { name: string }, setting) => {
      asked.push(name + setting);
      return asked.length;
    });
    const [a, b] = [{ name: "a" }, { name: "a" }];
    assert.deepEqual([answer(a), answer(a), answer(b), answer(a, "x"), answer(a, "x")], [1, 1, 2, 3, 3]);
    assert.deepEqual(asked, ["a", "a", "ax"]);
  });
});
