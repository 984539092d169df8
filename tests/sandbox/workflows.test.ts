import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { run, runOrThrow } from "../../sandbox/system/commands";
import { actionlint, toolsTimeout, zizmor } from "./tools";

const folder = path.join(__dirname, "../../.github/workflows");
const files = fs.readdirSync(folder).map((name) => path.join(folder, name));

/** The project's own rules for workflows: tests/github/workflowRules.test.ts. */
describe("the workflows of .github, to tools of others", () => {
  it("are what GitHub accepts, says actionlint", async function () {
    this.timeout(toolsTimeout);
    assert.ok(files.length >= 4);
    await runOrThrow(await actionlint(), files);
  });

  it("have none of the weaknesses that zizmor knows", async function () {
    this.timeout(toolsTimeout);
    await runOrThrow(await zizmor(), ["--offline", "--no-progress", "--persona=auditor", ...files]);
  });

  it("and zizmor does find one", async function () {
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
