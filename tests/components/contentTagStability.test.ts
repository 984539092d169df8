import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { contentTag } from "./contentTag";
import { ordinaryContexts, writeOrdinary } from "./dockerContext/ordinary";

/** If a release changed the tag, every image of every stack would be built and pushed again. */
describe("contentTag across releases", () => {
  for (const each of ordinaryContexts) {
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
