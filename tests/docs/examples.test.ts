import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { componentExamples, componentExamplesFile } from "../../docs/generate/componentExamples";
import { root } from "./markdown";

describe("component examples", () => {
  it(`are the same in ${componentExamplesFile}, which the compiler checks, as in comments and README; if not: npm run docs`, () => {
    const examples = componentExamples();
    for (const of of ["PrivateRepository", "PrivateRepository.get", "pullPolicy", "AccessArgs", "README.md 1"]) {
      assert.ok(examples.includes(`/** ${of} */\n`), of);
    }
    assert.equal(fs.readFileSync(path.join(root, componentExamplesFile), "utf8"), examples);
  });
});
