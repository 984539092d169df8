import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { parseConfig } from "../../config/load";
import { startMocks } from "../components/mocks";

const root = path.join(__dirname, "../..");

describe("the environments of the repository", () => {
  // As in a preview: no Docker is asked for.
  before(() => startMocks({}, true));

  for (const environment of ["local", "dev", "staging", "prod"]) {
    it(`${environment}: its config has no fault, and it has policies of its own`, () => {
      const file = parse(fs.readFileSync(path.join(root, `Pulumi.${environment}.yaml`), "utf8")) as {
        config: Record<string, unknown>;
      };
      const values = Object.entries(file.config).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]);
      const config = parseConfig(Object.fromEntries(values), "ecr");
      assert.equal(config.tags["environment"], environment);
      assert.ok(fs.existsSync(path.join(root, `policies/config/${environment}.json`)));
    });
  }
});
