import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { misplacedNotes, operationFidelity, operationsDocument } from "../../../sandbox/gateway/api/fidelity";
import { projectRoot } from "../../../sandbox/paths";

describe("gateway: the table of operations", () => {
  it("has every operation of both models, each note where it belongs", () => {
    assert.deepEqual([operationFidelity("private").length, operationFidelity("public").length], [62, 23]);
    assert.deepEqual([misplacedNotes("private"), misplacedNotes("public")], [[], []]);
  });

  it("is what docs/sandbox-operations.md says", () => {
    const file = path.join(projectRoot, "docs", "sandbox-operations.md");
    if (process.env["SANDBOX_WRITE_DOCS"] === "1") fs.writeFileSync(file, operationsDocument());
    assert.equal(fs.readFileSync(file, "utf8"), operationsDocument());
  });
});
