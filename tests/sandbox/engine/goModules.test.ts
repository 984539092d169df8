import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../../sandbox/paths";
import { run } from "../../../sandbox/system/commands";
import { crane } from "../tools";

/** Folders of the Go modules of the engine, the commands and the tests. */
const modules = [
  "sandbox/engine",
  "sandbox/buildkit",
  "cli/sbom/goModule",
  "tests/sandbox/goTools",
  ...["cosign", "helm", "regctl"].map((name) => `tests/sandbox/clients/go/${name}`),
];
const sources = ["sandbox", "cli", "tests", "bench"].flatMap((folder) =>
  fs
    .readdirSync(path.join(projectRoot, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(?:ts|mjs)$/.test(file) && !/node_modules|dist\//.test(file))
    .map((file) => path.join(folder, file)),
);

describe("programs built with Go", () => {
  it("come from modules whose go.sum has a checksum of each program", () => {
    for (const folder of modules) {
      const read = (file: string) => fs.readFileSync(path.join(projectRoot, folder, file), "utf8");
      const named = [...read("go.mod").matchAll(/^(?:require )?\s*(\S+\.\S+) (v\S+)$/gm)];
      assert.ok(named.length >= 1, folder);
      const sums = `\n${read("go.sum")}`;
      for (const [, module, version] of named) {
        assert.ok(sums.includes(`\n${module} ${version}`), `${folder}: ${module} ${version}`);
      }
      assert.match(sums, /^\S+ v\S+ h1:[\w+/]{43}=$/m, folder);
    }
  });

  it("are never built from a version on the command line, which has no go.sum", () => {
    const text = (file: string) => fs.readFileSync(path.join(projectRoot, file), "utf8");
    assert.deepEqual(
      sources.filter((file) => /"(?:install|run)"[^\n]*@v?\$\{/.test(text(file))),
      [],
    );
    for (const file of ["cli/sbom/syft.ts", "sandbox/system/goBuild.ts", "tests/sandbox/tools.ts"]) {
      assert.match(text(file), /-mod=readonly/, file);
    }
  });

  it("build from these modules", async function () {
    this.timeout(900_000);
    const { stdout, code } = await run(await crane(), ["version"]);
    assert.equal(code, 0, stdout);
  });
});
