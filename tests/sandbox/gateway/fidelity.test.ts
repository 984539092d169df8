import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { misplacedNotes, operationFidelity, operationsDocument } from "../../../sandbox/gateway/api/fidelity";
import { projectRoot } from "../../../sandbox/paths";

describe("gateway: the table of operations", () => {
  it("covers every operation of both API models, with no misplaced note", () => {
    assert.deepEqual([operationFidelity("private").length, operationFidelity("public").length], [62, 23]);
    assert.deepEqual([misplacedNotes("private"), misplacedNotes("public")], [[], []]);
  });

  it("matches docs/sandbox-operations.md", () => {
    const file = path.join(projectRoot, "docs", "sandbox-operations.md");
    if (process.env["SANDBOX_WRITE_DOCS"] === "1") fs.writeFileSync(file, operationsDocument());
    assert.equal(fs.readFileSync(file, "utf8"), operationsDocument());
  });
});
