import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

type IsUpToDate = (root: string, bundle: string, sources: string[]) => boolean;

describe("a bundle is rebuilt", () => {
  let root: string;
  let isUpToDate: IsUpToDate;
  const at = (name: string) => path.join(root, name);
  /** Sets every file below the root to the given minute. */
  const setTimes = (minute: number) => {
    for (const name of ["", ...fs.readdirSync(root, { recursive: true }).map(String)]) {
      fs.utimesSync(at(name), minute * 60, minute * 60);
    }
  };
  const ask = () => isUpToDate(root, at("cli/bin/ecr.cjs"), ["cli", "ecr", "lock.json", "not-there"]);

  before(async () => {
    ({ isUpToDate } = (await import(path.resolve("cli/bundles.mjs"))) as { isUpToDate: IsUpToDate });
  });
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-bundles-"));
    for (const file of ["cli/main.ts", "cli/bin/ecr.cjs", "ecr/tags/tag.ts", "lock.json", "cli/node_modules/a/b.js"]) {
      fs.mkdirSync(path.dirname(at(file)), { recursive: true });
      fs.writeFileSync(at(file), "");
    }
    setTimes(1);
    fs.utimesSync(at("cli/bin/ecr.cjs"), 120, 120);
  });
  afterEach(() => fs.rmSync(root, { recursive: true }));

  const touch = (name: string) => fs.utimesSync(at(name), 180, 180);
  const cases: [what: string, change: () => void, upToDate: boolean][] = [
    ["not if nothing is newer", () => {}, true],
    ["if it does not exist", () => fs.rmSync(at("cli/bin/ecr.cjs")), false],
    ["if a source is newer", () => touch("ecr/tags/tag.ts"), false],
    ["if a single file listed as a source is newer", () => touch("lock.json"), false],
    [
      "if a source has the same time, since it may have been written later",
      () => fs.utimesSync(at("lock.json"), 120, 120),
      false,
    ],
    ["if a source was deleted", () => fs.rmSync(at("ecr/tags/tag.ts")), false],
    [
      "not for files next to it, nor for installed packages",
      () => ["cli/bin", "cli/node_modules/a/b.js"].forEach(touch),
      true,
    ],
  ];
  for (const [what, change, upToDate] of cases) {
    it(what, () => {
      change();
      assert.equal(ask(), upToDate);
    });
  }
});
