import assert from "node:assert/strict";
import fc from "fast-check";
import { faultMessage, InvalidInputError, refuseFaults, showValue } from "../../ecr/faults";

describe("ecr/faults", () => {
  const first = { path: "name", value: "A", rule: "lower-case only.", fix: 'write "a".' };
  const second = { path: "tags[0]", value: undefined, rule: "a tag is text.", fix: "write one." };

  it("names property, value, rule and fix in one line", () => {
    assert.equal(faultMessage(first), 'name: "A" — lower-case only. Fix: write "a".');
    assert.equal(faultMessage(second), "tags[0]: (not set) — a tag is text. Fix: write one.");
  });

  it("throws once with all faults, a line each, and keeps them", () => {
    assert.throws(
      () => refuseFaults('repository "A"', [first, second]),
      (error) => {
        assert.ok(error instanceof InvalidInputError);
        assert.equal(error.name, "InvalidInputError");
        assert.deepEqual(error.faults, [first, second]);
        assert.deepEqual(error.message.split("\n"), [
          'repository "A": 2 faults',
          `  - ${faultMessage(first)}`,
          `  - ${faultMessage(second)}`,
        ]);
        return true;
      },
    );
    assert.throws(() => refuseFaults("x", [first]), /^InvalidInputError: x: 1 fault\n/);
  });

  it("does nothing without faults", () => {
    assert.doesNotThrow(() => refuseFaults("x", []));
  });

  it("cuts long values and says how long they were", () => {
    assert.equal(showValue("a".repeat(118)), `"${"a".repeat(118)}"`);
    assert.equal(showValue("a".repeat(500)), `"${"a".repeat(119)}… (502 characters)`);
  });

  it("shows what has no JSON, and never throws", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    assert.equal(showValue(cycle), "(a value of type object)");
    assert.equal(showValue(1n), "(a value of type bigint)");
    fc.assert(fc.property(fc.anything(), (value) => typeof showValue(value) === "string"));
  });
});
