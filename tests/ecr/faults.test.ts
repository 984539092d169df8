import assert from "node:assert/strict";
import fc from "fast-check";
import { faultMessage, InvalidInputError, refuseFaults, showValue } from "../../ecr/faults";

describe("ecr/faults", () => {
  const first = { path: "name", value: "A", rule: "letters must be lower-case.", fix: 'write "a".' };
  const second = { path: "tags[0]", value: undefined, rule: "a tag is text.", fix: "write one." };

  it("names property, value, rule and fix in one line", () => {
    assert.equal(faultMessage(first), 'name: found "A". Letters must be lower-case. Write "a".');
    assert.equal(faultMessage(second), "tags[0]: found nothing. A tag is text. Write one.");
  });

  it("throws one error with all faults, one per line, and exposes them", () => {
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

  it("truncates long values and says how long they were", () => {
    assert.equal(showValue("a".repeat(118)), `"${"a".repeat(118)}"`);
    assert.equal(showValue("a".repeat(500)), `"${"a".repeat(119)}… (502 characters)`);
  });

  it("shows values that have no JSON, and never throws", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    assert.equal(showValue(cycle), "(a value of type object)");
    assert.equal(showValue(1n), "(a value of type bigint)");
    fc.assert(fc.property(fc.anything(), (value) => typeof showValue(value) === "string"));
  });
});
