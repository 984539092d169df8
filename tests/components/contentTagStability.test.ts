import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { contentTag } from "../../components/images/buildContext";
import { ordinary, writeOrdinary } from "./dockerContext/ordinary";

/** A tag that changes with a release builds and pushes every image of every stack again. */
describe("contentTag from release to release", () => {
  for (const each of ordinary) {
    it(`keeps the tag of a context: ${each.name}`, () => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ordinary-"));
      try {
        writeOrdinary(folder, each);
        const inputs = { context: path.join(folder, "app"), platform: "linux/amd64", ...each.settings };
        assert.equal(contentTag(inputs), each.tag);
      } finally {
        fs.rmSync(folder, { recursive: true });
      }
    });
  }
});
