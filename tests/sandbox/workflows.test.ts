import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { run, runOrThrow } from "../../sandbox/system/commands";
import { actionlint, toolsTimeout, zizmor } from "./tools";

const folder = path.join(__dirname, "../../.github/workflows");
const files = fs.readdirSync(folder).map((name) => path.join(folder, name));

/** The project's own rules for workflows: tests/github/workflowRules.test.ts. */
describe("the workflows in .github, checked by third-party tools", () => {
  it("pass actionlint", async function () {
    this.timeout(toolsTimeout);
    assert.ok(files.length >= 4);
    await runOrThrow(await actionlint(), files);
  });

  it("pass zizmor", async function () {
    this.timeout(toolsTimeout);
    await runOrThrow(await zizmor(), ["--offline", "--no-progress", "--persona=auditor", ...files]);
  });

  it("(control) zizmor reports a template injection", async function () {
    this.timeout(toolsTimeout);
    const { code, stdout } = await run(await zizmor(), ["--offline", "--no-progress", "-"], {
      input: `on: pull_request_target
jobs: { a: { runs-on: ubuntu-24.04, steps: [{ run: "echo \${{ github.head_ref }}" }] } }
`,
    });
    assert.notEqual(code, 0);
    assert.match(stdout, /template-injection/);
  });
});
