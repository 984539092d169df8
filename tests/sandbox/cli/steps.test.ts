import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../../sandbox/paths";
import { removeTemporary, temporaryDirectory } from "../temporary";
import { inTerminal } from "./terminal";

describe("steps of the sandbox's commands", function () {
  this.timeout(60_000);
  afterEach(removeTemporary);

  it("say for how long they have been at it, where they say nothing else", async () => {
    const folder = temporaryDirectory();
    const file = path.join(folder, "command.js");
    fs.writeFileSync(
      file,
      `const { runSteps } = require("${path.join(projectRoot, "sandbox", "cli", "steps")}");
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
runSteps([{ title: "Long", task: async ({ progress }) => { progress("compiling"); await pause(3_500); } }]);`,
    );
    const env = { ...process.env, NO_COLOR: "1", TS_NODE_PROJECT: path.join(projectRoot, "tsconfig.json") };
    const command = [process.execPath, "-r", require.resolve("ts-node/register/transpile-only"), file];
    const { code, screen } = await inTerminal(command, { cwd: folder, env });
    assert.equal(code, 0, screen);
    assert.match(screen, /Long[\s\S]*compiling[\s\S]*compiling \(2 s\)[\s\S]*compiling \(3 s\)/);
    assert.match(screen, /✔ Long/);
  });
});
