import assert from "node:assert/strict";
import { inspect } from "node:util";
import { InputRefused } from "../../components";

describe("InputRefused", () => {
  it("is inspected as its message, whatever Pulumi hangs on it", () => {
    const refused = new InputRefused("a test", [{ path: "a", value: 1, rule: "it is two.", fix: "write 2." }]);
    Object.assign(refused, { promise: { reachable: "everything" } });
    assert.equal(inspect(refused), "a test: 1 fault\n  - a: 1 — it is two. Fix: write 2.");
  });
});
