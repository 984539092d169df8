import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { addLease, liveLeases, removeLease } from "../../../sandbox/docker/leases";
import { removeTemporary, temporaryDirectory } from "../temporary";

describe("sandbox/docker: leases", () => {
  afterEach(removeTemporary);

  function setUp() {
    const directory = path.join(temporaryDirectory(), "leases");
    return { directory, a: temporaryDirectory(), b: temporaryDirectory() };
  }

  it("lists each home with a lease once", () => {
    const { directory, a, b } = setUp();
    assert.deepEqual(liveLeases(directory), []);
    addLease(directory, b);
    addLease(directory, a);
    addLease(directory, path.join(a, "x", ".."));
    assert.deepEqual(liveLeases(directory), [a, b].sort());
  });

  it("removes one and leaves the others", () => {
    const { directory, a, b } = setUp();
    addLease(directory, a);
    addLease(directory, b);
    removeLease(directory, a);
    removeLease(directory, a);
    assert.deepEqual(liveLeases(directory), [b]);
  });

  it("ignores and removes leases of homes that were deleted or became a file", () => {
    const { directory, a, b } = setUp();
    addLease(directory, a);
    addLease(directory, b);
    fs.rmSync(a, { recursive: true });
    fs.writeFileSync(a, "");
    fs.rmSync(b, { recursive: true });
    assert.deepEqual(liveLeases(directory), []);
    assert.deepEqual(fs.readdirSync(directory), []);
    fs.rmSync(a);
  });

  it("ignores a damaged file", () => {
    const { directory, a } = setUp();
    addLease(directory, a);
    fs.writeFileSync(path.join(directory, "half.json"), '{"home": "/');
    fs.writeFileSync(path.join(directory, "other.json"), '{"home": 7}');
    assert.deepEqual(liveLeases(directory), [a]);
  });
});
