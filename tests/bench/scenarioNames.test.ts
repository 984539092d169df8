import assert from "node:assert/strict";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { scenarios } from "../../bench/scenarios";

describe("the names of the benches' scenarios", () => {
  it("are the same where the command line is checked before anything is installed", async () => {
    const file = path.resolve(__dirname, "../../sandbox/commandTexts.mjs");
    // Not compiled to require(), which older Nodes have not for this.
    const load = new Function("url", "return import(url)") as (url: string) => Promise<{ benchScenarios: string[] }>;
    const { benchScenarios } = await load(pathToFileURL(file).href);
    assert.deepEqual(
      benchScenarios,
      scenarios.map(({ name }) => name),
    );
  });
});
