import assert from "node:assert/strict";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { scenarios } from "../../bench/scenarios";

describe("benchmark scenario names", () => {
  it("match the list that the command line is checked against before dependencies are installed", async () => {
    const file = path.resolve(__dirname, "../../sandbox/commandTexts.mjs");
    // Hidden from TypeScript, which would compile import() to require(); older Node versions cannot require() an ES
    // module.
    const load = new Function("url", "return import(url)") as (url: string) => Promise<{ benchScenarios: string[] }>;
    const { benchScenarios } = await load(pathToFileURL(file).href);
    assert.deepEqual(
      benchScenarios,
      scenarios.map(({ name }) => name),
    );
  });
});
