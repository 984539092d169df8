import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { withOwnNames } from "../docs/ownNames";
import { randomNumbers } from "../randomNumbers";
import { removeTemporary } from "../temporary";
import { fullTests } from "../tools";
import { blocksOf, newcomersEnvironment, scratchClone, typeInto } from "./scratchClone";
import { ctrlC, inTerminal } from "./terminal";

const seed = Number(process.env["FIRST_HOUR_SEED"] ?? 19);
const thisFile = "tests/sandbox/cli/firstHour.test.ts";

/** What a first `npm run local` shows, in order. */
const moments = [
  "npm ci.*: 2 s",
  "npm ci.*: 9 s",
  "Pulumi engine",
  "Local AWS at",
  "Previewing update",
  "Updating \\(local\\)",
  "Pushing",
  "Anyone pulls",
];

/** A newcomer's first hour in a fresh clone: setup interrupted with Ctrl-C, the README, both tutorials. */
(fullTests ? describe : describe.skip)(`the first hour (FIRST_HOUR_SEED=${seed})`, function () {
  this.timeout(3_600_000);
  let clone: string;
  let env: NodeJS.ProcessEnv;
  before(async () => {
    clone = await scratchClone();
    env = await newcomersEnvironment();
  });
  after(async () => {
    if (fs.existsSync(path.join(clone, ".sandbox"))) await type("npm run local:down");
    removeTemporary();
  });

  const type = (text: string) => typeInto(clone, env, text);
  async function mustType(text: string): Promise<void> {
    const { code, output } = await type(text);
    assert.equal(code, 0, `${text}\n${output}`);
  }

  it("survives Ctrl-C at five random moments of the setup", async () => {
    const random = randomNumbers(seed);
    const chosen = [...moments.entries()]
      .map(([order, after]) => ({ order, after, delay: random() * 1.5, rank: random() }))
      .sort((a, b) => a.rank - b.rank)
      .slice(0, 5)
      .sort((a, b) => a.order - b.order);
    for (const { after, delay } of chosen) {
      const keys = [{ after, delay, send: ctrlC }];
      const { code, screen, pressed } = await inTerminal(["npm", "run", "local"], { cwd: clone, env, keys });
      const where = `Ctrl-C ${delay} s after ${after}:\n${screen}`;
      // An image pushed by an earlier run is not pushed again, so that moment may not occur.
      if (pressed === 0) assert.equal(code, 0, where);
      else {
        assert.equal(code, 130, where);
        assert.equal(
          screen.match(/^.*Interrupted\. Run the command again: it continues where it stopped\./gm)?.length,
          1,
          where,
        );
      }
    }
    await mustType("npm run local");
  });

  it("goes through the README, with `npm run local` after each step", async () => {
    for (const block of blocksOf("README.md", "tests/sandbox/cli/local.test.ts")) {
      await mustType(block);
      await mustType("npm run local");
    }
  });

  for (const [index, document] of ["docs/tutorial.md", "docs/tutorial.ko.md"].entries()) {
    it(`goes through ${document}, and \`npm run local\` works after it`, async () => {
      const [shell = "", ...blocks] = blocksOf(document, thisFile);
      // Blocks before the first `npm run local` are typed in the shell that the first block opens.
      const leave = blocks.findIndex((block) => /^npm run local$/m.test(block));
      assert.ok(leave > 0 && /^npm run sandbox -- bash$/m.test(shell), "the tutorial's form");
      const typed = [shell.replace(/^npm run sandbox -- bash$/m, "set -e"), ...blocks.slice(0, leave)].join("\n");
      const script = withOwnNames(typed, `first-hour-${process.pid}-${index}`);
      fs.writeFileSync(path.join(clone, "typed.log"), script);
      await mustType("npm run sandbox -- bash < typed.log");
      for (const block of blocks.slice(leave).filter((each) => !/^npm run local:down$/m.test(each))) {
        await mustType(block);
      }
      await mustType("npm run local");
    });
  }

  it("leaves nothing behind after npm run local:down", async () => {
    await mustType("npm run local:down");
    assert.equal(fs.existsSync(path.join(clone, ".sandbox")), false);
  });
});
