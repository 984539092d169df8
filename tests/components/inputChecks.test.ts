import assert from "node:assert/strict";
import { inspect } from "node:util";
import { InputRefused } from "../../components";

describe("InputRefused", () => {
  it("is inspected as its message, without what Pulumi attaches to it", () => {
    const refused = new InputRefused("a test", [{ path: "a", value: 1, rule: "it is two.", fix: "write 2." }]);
    Object.assign(refused, { promise: { reachable: "everything" } });
    assert.equal(inspect(refused), "a test: 1 fault\n  - a: found 1. It is two. Write 2.");
  });
});
