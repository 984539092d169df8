import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../../sandbox/paths";
import { run } from "../../../sandbox/system/commands";
import { removeTemporary, temporaryDirectory } from "../temporary";
import { inTerminal } from "./terminal";

describe("steps of the sandbox's commands", function () {
  this.timeout(60_000);
  afterEach(removeTemporary);

  const env = { ...process.env, NO_COLOR: "1", TS_NODE_PROJECT: path.join(projectRoot, "tsconfig.json") };

  /** A command with one step that takes five seconds. */
  function command(step: string, options = "{}"): { folder: string; words: string[] } {
    const folder = temporaryDirectory();
    const file = path.join(folder, "command.js");
    fs.writeFileSync(
      file,
      `const { runSteps } = require("${path.join(projectRoot, "sandbox", "cli", "steps")}");
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
runSteps([{ title: "Long", task: async ({ progress }) => { ${step}; await pause(5_000); } }], ${options});`,
    );
    return { folder, words: [process.execPath, "-r", require.resolve("ts-node/register/transpile-only"), file] };
  }

  it("show their elapsed time, every second in a terminal", async () => {
    const { folder, words } = command(`progress("compiling")`);
    const { code, screen } = await inTerminal(words, { cwd: folder, env });
    assert.equal(code, 0, screen);
    assert.match(screen, /Long[\s\S]*compiling/);
    // A busy machine may skip a second, but not all of them.
    const seconds = [...screen.matchAll(/compiling \((\d) s\)/g)].map(([, second]) => Number(second));
    assert.ok(new Set(seconds).size >= 2, screen);
    assert.deepEqual(
      seconds,
      seconds.toSorted((a, b) => a - b),
    );
    assert.match(screen, /✔ Long/);
  });

  it("show it on standard error when standard output is another command's, once a step takes a while", async () => {
    const { words } = command("", "{ quiet: true }");
    const { code, stdout, stderr } = await run(words[0] ?? "", words.slice(1), { env });
    assert.deepEqual([code, stdout], [0, ""], stderr);
    assert.match(stderr, /^Long: at work \(\d s\)\n$/);
  });
});
