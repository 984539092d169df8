import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { scripts, version } from "../../package.json";

const root = path.join(__dirname, "../..");

/** Scripts that take care of the packages themselves, or need none. */
const caredFor = /^(TEST_FULL=1 )?node sandbox\/(bootstrap|python\/lock)\.mjs\b/;

describe("a fresh clone, before npm ci", function () {
  this.timeout(120_000);
  let clone: string;
  before(() => {
    clone = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-clone-"));
    for (const file of ["package.json", "package-lock.json", "cli/bundles.mjs", "cli/ecr.mjs", "supply/packages.mjs"]) {
      fs.mkdirSync(path.dirname(path.join(clone, file)), { recursive: true });
      fs.copyFileSync(path.join(root, file), path.join(clone, file));
    }
  });
  after(() => fs.rmSync(clone, { recursive: true }));

  const advice = "The packages are not installed. Run `npm ci --ignore-scripts` first.\n";
  const run = (script: string) => spawnSync("npm", ["run", "--silent", script], { cwd: clone, encoding: "utf8" });

  for (const [name, script] of Object.entries(scripts)) {
    if (caredFor.test(script)) continue;
    it(`npm run ${name}: says in one line what to run first`, () => {
      const { status, stdout, stderr } = run(name);
      assert.deepEqual([status, stdout, stderr], [1, "", advice]);
    });
  }

  describe("npm run check, with packages installed", () => {
    const { packages } = JSON.parse(fs.readFileSync(path.join(root, "package-lock.json"), "utf8")) as {
      packages: Record<string, { version?: string; optional?: boolean }>;
    };
    const name = "node_modules/typescript";
    const optional = Object.keys(packages).find((place) => packages[place]?.optional) ?? assert.fail();

    beforeEach(() => {
      for (const place of Object.keys(packages)) fs.mkdirSync(path.join(clone, place), { recursive: true });
    });
    afterEach(() => fs.rmSync(path.join(clone, "node_modules"), { recursive: true }));

    /** npm writes this list at the end of an installation. */
    const list = (changes: object) =>
      fs.writeFileSync(
        path.join(clone, "node_modules/.package-lock.json"),
        JSON.stringify({ packages: { ...packages, ...changes } }),
      );
    const complaint = () => {
      const { status, stderr } = run("check");
      assert.equal(status, 1);
      return stderr;
    };

    for (const [what, spoil] of [
      ["of another version", () => list({ [name]: { ...packages[name], version: "0.0.0" } })],
      ["of another content", () => list({ [name]: { ...packages[name], integrity: "sha512-x" } })],
      ["that the installation left out", () => list({ [name]: undefined })],
      [
        "whose files are gone",
        () => {
          list({});
          fs.rmdirSync(path.join(clone, name));
        },
      ],
    ] as const) {
      it(`names a package ${what}`, () => {
        spoil();
        const advice = `${name} does not match package-lock.json. Run \`npm ci --ignore-scripts\` first.\n`;
        assert.equal(complaint(), advice);
      });
    }

    it("complains about nothing if they match, but for optional ones that npm left out", () => {
      list({ [optional]: undefined });
      fs.rmSync(path.join(clone, optional), { recursive: true });
      const { status, stdout, stderr } = spawnSync(process.execPath, ["supply/packages.mjs"], {
        cwd: clone,
        encoding: "utf8",
      });
      assert.deepEqual([status, stdout, stderr], [0, "", ""]);
    });

    it("says that none is installed after an installation that was interrupted", () => {
      assert.equal(complaint(), advice);
    });
  });
});

describe("the scripts of supply/", () => {
  const run = (script: string, args: readonly string[], searchPath = "/nonexistent") =>
    spawnSync(process.execPath, [path.join(root, "supply", script), ...args], {
      encoding: "utf8",
      env: { PATH: searchPath },
    });

  for (const script of ["audit.mjs", "licences.mjs", "sbom.mjs"]) {
    it(`${script}: -h and --help describe it, --version prints the version, with no other effect`, () => {
      for (const flag of ["-h", "--help"]) {
        const { status, stdout, stderr } = run(script, [flag]);
        assert.deepEqual([status, stderr], [0, ""]);
        assert.match(stdout, /^Usage: npm run [a-z:]+.*\n\n[A-Z]/);
      }
      const { status, stdout } = run(script, ["--version"]);
      assert.deepEqual([status, stdout], [0, `${version}\n`]);
    });
  }

  it("refuse an unknown flag, except audit, which passes it on to npm", () => {
    for (const script of ["licences.mjs", "sbom.mjs"]) {
      const { status, stdout, stderr } = run(script, ["--jsn"]);
      assert.deepEqual([status, stdout], [1, ""]);
      assert.match(stderr, /^--jsn: there is no such option\./);
    }
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "npm-"));
    const answer = JSON.stringify({
      vulnerabilities: {},
      metadata: { vulnerabilities: { total: 0 }, dependencies: { total: 1 } },
    });
    const npm = `#!/bin/sh\necho "$@" >"${folder}/asked"\necho '${answer}'\n`;
    fs.writeFileSync(path.join(folder, "npm"), npm, { mode: 0o755 });
    const { status, stderr } = run("audit.mjs", ["--omit=dev", "--jsn"], folder);
    assert.deepEqual([status, stderr], [0, ""]);
    assert.equal(
      fs.readFileSync(path.join(folder, "asked"), "utf8"),
      "audit --json --loglevel=silent --omit=dev --jsn\n",
    );
    fs.rmSync(folder, { recursive: true });
  });
});
