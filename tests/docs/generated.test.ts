import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { environmentJsonSchema } from "../../docs/generate/jsonSchema";
import { generatedDocs } from "../../docs/generate/main";

const root = path.join(__dirname, "../..");

describe("what is made from the schemas", () => {
  for (const [name, content] of Object.entries(generatedDocs())) {
    it(`docs/${name} is as the schema says; if not: npm run docs`, () => {
      assert.equal(fs.readFileSync(path.join(root, "docs", name), "utf8"), content);
    });
  }

  it("Pulumi.yaml declares each section of the config, with the schema's words; promotion and costs have no default", () => {
    const { config } = parse(fs.readFileSync(path.join(root, "Pulumi.yaml"), "utf8")) as {
      config: Record<string, { description: string; type: string; default?: unknown }>;
    };
    const { properties = {} } = environmentJsonSchema();
    const declared = Object.entries(properties).map(([key, { description }]) => [
      key,
      { description, type: "object", default: {} },
    ]);
    const { promotion, costs, ...sections } = Object.fromEntries(declared);
    assert.ok(promotion && costs);
    assert.deepEqual(config, sections);
  });
});
