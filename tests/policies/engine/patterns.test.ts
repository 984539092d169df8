import assert from "node:assert/strict";
import { matchesAny } from "../../../policies/engine/patterns";

describe("policies: lists of patterns", () => {
  it("match as wildcards", () => {
    assert.ok(matchesAny("a.b", ["x", "a.*"]));
    assert.ok(!matchesAny("a.b", ["a"]));
  });
});
