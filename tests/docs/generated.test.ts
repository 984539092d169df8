import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { generatedDocs } from "../../docs/generate/main";

const root = path.join(__dirname, "../..");

describe("documentation generated from schemas", () => {
  for (const [name, content] of Object.entries(generatedDocs())) {
    it(`docs/${name} matches the schema; if not: npm run docs`, () => {
      assert.equal(fs.readFileSync(path.join(root, "docs", name), "utf8"), content);
    });
  }
});
