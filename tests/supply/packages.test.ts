import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { scripts, version } from "../../package.json";

const root = path.join(__dirname, "../..");

/** What looks after the packages itself, or needs none. */
const caredFor = /^(TEST_FULL=1 )?node sandbox\/(bootstrap|python\/lock)\.mjs\b/;

describe("a fresh clone, before npm ci", function () {
  this.timeout(120_000);
  let clone: string;
  before(() => {
    clone = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-clone-"));
    for (const file of ["package.json", "package-lock.json", "cli/ecr.mjs", "supply/packages.mjs"]) {
      fs.mkdirSync(path.dirname(path.join(clone, file)), { recursive: true });
      fs.copyFileSync(path.join(root, file), path.join(clone, file));
    }
  });
  after(() => fs.rmSync(clone, { recursive: true }));

  const advice = "The packages are not installed. Run `npm ci --ignore-scripts` first.\n";
  const run = (script: string) => spawnSync("npm", ["run", "--silent", script], { cwd: clone, encoding: "utf8" });

  for (const [name, script] of Object.entries(scripts)) {
    if (caredFor.test(script)) continue;
    it(`npm run ${name}: says in one line what comes first`, () => {
      const { status, stdout, stderr } = run(name);
      assert.deepEqual([status, stdout, stderr], [1, "", advice]);
    });
  }

  it("and after one that was cut short, or for another lockfile: the package that is not as it should be", () => {
    const lock = JSON.parse(fs.readFileSync(path.join(root, "package-lock.json"), "utf8"));
    const installed = path.join(clone, "node_modules/.package-lock.json");
    fs.mkdirSync(path.dirname(installed));
    const name = Object.keys(lock.packages).find(
      (each) => each.startsWith("node_modules/") && !lock.packages[each].link,
    );
    fs.writeFileSync(installed, JSON.stringify({ packages: { ...lock.packages, [name ?? ""]: { version: "0.0.0" } } }));
    const { status, stderr } = run("check");
    assert.deepEqual([status, stderr.split("\n").length], [1, 2]);
    assert.match(stderr, /is not as package-lock\.json has it\. Run `npm ci --ignore-scripts` first\.$/m);
    fs.rmSync(path.join(clone, "node_modules"), { recursive: true });
  });
});

describe("the scripts of supply/", () => {
  const run = (script: string, ...args: string[]) =>
    spawnSync(process.execPath, [path.join(root, "supply", script), ...args], {
      encoding: "utf8",
      env: { PATH: "/nonexistent" },
    });

  for (const script of ["audit.mjs", "licences.mjs", "sbom.mjs"]) {
    it(`${script}: -h and --help say what it does, --version the version, and nothing else happens`, () => {
      for (const flag of ["-h", "--help"]) {
        const { status, stdout, stderr } = run(script, flag);
        assert.deepEqual([status, stderr], [0, ""]);
        assert.match(stdout, /^Usage: npm run [a-z:]+.*\n\n[A-Z]/);
      }
      const { status, stdout } = run(script, "--version");
      assert.deepEqual([status, stdout], [0, `${version}\n`]);
    });
  }

  it("refuse a flag; those of audit are npm's", () => {
    for (const script of ["licences.mjs", "sbom.mjs"]) {
      const { status, stdout, stderr } = run(script, "--jsn");
      assert.deepEqual([status, stdout], [1, ""]);
      assert.match(stderr, /^--jsn: there is no such option\./);
    }
  });
});
