import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse as parseYaml } from "yaml";
import { startMocks } from "../components/mocks";
import { parse } from "./parsing";

const root = path.join(__dirname, "../..");

describe("environments of this repository", () => {
  // As in a preview, which needs no Docker.
  before(() => startMocks({}, true));

  for (const environment of ["local", "dev", "staging", "prod"]) {
    it(`${environment}: its config has no faults, and it has its own policy config`, () => {
      const file = parseYaml(fs.readFileSync(path.join(root, `Pulumi.${environment}.yaml`), "utf8")) as {
        config: Record<string, unknown>;
      };
      const config = parse(file.config);
      assert.equal(config.tags["environment"], environment);
      assert.ok(fs.existsSync(path.join(root, `policies/config/${environment}.json`)));
    });
  }
});
