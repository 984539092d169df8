import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { LogReader, loggedParts } from "../../../sandbox/services/logs";
import { removeTemporary, temporaryDirectory } from "../temporary";

describe("services: logs", () => {
  let home: string;
  let file: string;
  beforeEach(() => {
    home = temporaryDirectory();
    file = path.join(home, "logs", "part.log");
    fs.mkdirSync(path.dirname(file));
  });
  afterEach(removeTemporary);

  it("gives the last lines, then whole lines as they are added", () => {
    fs.writeFileSync(file, "1\n2\n3\nhal");
    const reader = new LogReader(home, "part");
    assert.deepEqual(reader.last(2), ["2", "3"]);
    assert.deepEqual(reader.added(), []);
    fs.appendFileSync(file, "f\n5\n6");
    assert.deepEqual(reader.added(), ["half", "5"]);
    fs.appendFileSync(file, "\n");
    assert.deepEqual(reader.added(), ["6"]);
  });

  it("starts over in a log that was truncated, and shows no old lines when none are requested", () => {
    fs.writeFileSync(file, "an old line\nand half of");
    const reader = new LogReader(home, "part");
    assert.deepEqual(reader.last(0), []);
    fs.writeFileSync(file, "new\n");
    assert.deepEqual(reader.added(), ["new"]);
  });

  it("reads no more of a long log than it has to", () => {
    fs.writeFileSync(file, `${"x".repeat(3 * 1024 * 1024)}\nlast\n`);
    const [cut, last, ...rest] = new LogReader(home, "part").last(10);
    assert.deepEqual([last, rest], ["last", []]);
    assert.ok((cut?.length ?? 0) < 1024 * 1024);
  });

  it("lists the parts that have a log, and none for a sandbox that was never started", () => {
    fs.writeFileSync(file, "");
    fs.writeFileSync(path.join(home, "logs", "another.log"), "");
    fs.writeFileSync(path.join(home, "logs", "notes.txt"), "");
    assert.deepEqual(loggedParts(home), ["another", "part"]);
    assert.deepEqual(loggedParts(path.join(home, "nowhere")), []);
    assert.deepEqual(new LogReader(home, "absent").last(5), []);
  });
});
