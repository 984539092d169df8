import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { runOrThrow } from "../../sandbox/system/commands";
import { actionlint, toolsTimeout } from "./tools";

const folder = path.join(__dirname, "../../.github/workflows");
const files = fs.readdirSync(folder).map((name) => path.join(folder, name));

describe("the workflows of .github", () => {
  let program: string;
  before(async function () {
    this.timeout(toolsTimeout);
    program = await actionlint();
  });

  it("are what GitHub accepts", async () => {
    assert.ok(files.length >= 4);
    await runOrThrow(program, files);
  });

  it("use actions of others by their commit only", () => {
    for (const file of files) {
      const actions = fs.readFileSync(file, "utf8").matchAll(/^\s*(?:- )?uses: (.*)$/gm);
      for (const [, action = ""] of actions) {
        assert.match(
          action,
          /^(?:\.\/\S+|[\w-]+\/[\w-]+@[0-9a-f]{40} # v[\d.]+)$/,
          `${path.basename(file)}: ${action}`,
        );
      }
    }
  });

  it("keep no AWS key, and give the right to ask for a token only where AWS is used", () => {
    for (const file of files) {
      const text = fs.readFileSync(file, "utf8");
      assert.doesNotMatch(text, /AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY)/, path.basename(file));
      if (text.includes("id-token: write"))
        assert.match(text, /configure-aws-credentials|up\.yml/, path.basename(file));
    }
  });
});
