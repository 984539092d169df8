import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const root = path.resolve(__dirname, "../..");

interface Locked {
  /** Set for a package that is installed under another name. */
  name?: string;
  version?: string;
  license?: string;
  dev?: boolean;
  link?: boolean;
}

/** The packages in the lockfile, or those that running the program needs, as `name@version`. */
function locked(which: "all" | "production"): string[] {
  const { packages }: { packages: Record<string, Locked> } = JSON.parse(
    fs.readFileSync(path.join(root, "package-lock.json"), "utf8"),
  );
  return [
    ...new Set(
      Object.entries(packages).flatMap(([folder, { name, version, dev, link }]) =>
        folder.includes("node_modules/") && !link && (which === "all" || !dev)
          ? [`${name ?? folder.split("node_modules/").pop()}@${version}`]
          : [],
      ),
    ),
  ].sort();
}

describe("evidence about the project's own packages", function () {
  // Each test starts programs.
  this.timeout(900_000);
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "evidence-"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  function node(script: string, args: string[] = [], env: NodeJS.ProcessEnv = process.env) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, "supply", script), ...args], {
      env,
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  }

  /** Runs `npm run audit` with an npm that gives this answer. */
  function audit(answer: unknown) {
    fs.writeFileSync(path.join(folder, "answer.json"), typeof answer === "string" ? answer : JSON.stringify(answer));
    fs.writeFileSync(path.join(folder, "npm"), `#!/bin/sh\ncat ${path.join(folder, "answer.json")}\nexit 1\n`, {
      mode: 0o755,
    });
    return node("audit.mjs", [], { PATH: `${folder}:${process.env["PATH"]}` });
  }

  describe("npm run audit", () => {
    it("says that nothing was checked if the registry does not answer", () => {
      const refused = audit({ message: "405 Method Not Allowed - POST https://registry.example.com/-/npm/v1/x" });
      assert.equal(refused.status, 2);
      assert.match(refused.stderr, /the registry answered "405 Method Not Allowed"\. Nothing was checked\./);
      assert.doesNotMatch(refused.stderr, /registry\.example\.com/);
      assert.equal(audit("").status, 2);
      assert.equal(audit({ error: { code: "ENOAUDIT", summary: "no audit" } }).status, 2);
    });

    it("exits with 0 if there are no known vulnerabilities, and says how many packages were checked", () => {
      const { status, stdout } = audit({
        vulnerabilities: {},
        metadata: { vulnerabilities: { low: 0, high: 0, total: 0 }, dependencies: { total: 602 } },
      });
      assert.equal(status, 0);
      assert.equal(stdout.trim(), "602 packages, 0 with something known");
    });

    it("names known vulnerabilities, and fails", () => {
      const { status, stdout } = audit({
        vulnerabilities: {
          tmp: {
            name: "tmp",
            severity: "high",
            range: "<0.2.4",
            via: [{ title: "Symbolic link", url: "https://example.com/GHSA-1" }],
            fixAvailable: true,
          },
        },
        metadata: { vulnerabilities: { low: 0, high: 1, total: 1 }, dependencies: { total: 602 } },
      });
      assert.equal(status, 1);
      assert.match(
        stdout,
        /^tmp <0\.2\.4: high\. Symbolic link https:\/\/example\.com\/GHSA-1\. Do: npm audit fix\.$/m,
      );
      assert.match(stdout, /602 packages, 1 with something known; high: 1/);
    });
  });

  describe("npm run licences", () => {
    const lockfile = (packages: Record<string, Locked>) => {
      const file = path.join(folder, "lock.json");
      fs.writeFileSync(file, JSON.stringify({ packages: { "": {}, ...packages } }));
      return file;
    };

    it("names the licence of every package that the program runs with, and allows all of them", () => {
      const { status, stdout, stderr } = node("licences.mjs");
      assert.deepEqual([status, stderr], [0, ""]);
      const listed = stdout.split("\n").flatMap((line) => line.split(": ")[1]?.split(", ") ?? []);
      assert.deepEqual([...new Set(listed)].sort(), locked("production"));
    });

    it("fails on one that is not on its list, or not declared", () => {
      const { status, stderr } = node("licences.mjs", [
        lockfile({
          "node_modules/good": { version: "1.0.0", license: "(GPL-3.0-only OR MIT)" },
          "node_modules/both": { version: "1.0.0", license: "(MIT AND GPL-3.0-only)" },
          "node_modules/a/node_modules/deep": { version: "2.0.0", license: "AGPL-3.0-only" },
          "node_modules/silent": { version: "3.0.0" },
          "node_modules/@logdna/tail-file": { version: "2.3.0", license: "SEE LICENSE IN LICENSE" },
          "node_modules/tool": { version: "1.0.0", license: "GPL-3.0-only", dev: true },
        }),
      ]);
      assert.equal(status, 1);
      assert.deepEqual(
        stderr
          .trim()
          .split("\n")
          .map((line) => line.split(". Must be")[0]),
        [
          "both@1.0.0: found the licence (MIT AND GPL-3.0-only)",
          "deep@2.0.0: found the licence AGPL-3.0-only",
          "silent@3.0.0: found the licence none declared",
          "@logdna/tail-file@2.3.0: found the licence SEE LICENSE IN LICENSE",
        ],
      );
    });
  });

  it("npm run sbom:project lists exactly the lockfile's packages, with checksums, and marks development ones", () => {
    const { status, stdout, stderr } = node("sbom.mjs");
    assert.deepEqual([status, stderr], [0, ""]);
    const bom = JSON.parse(fs.readFileSync(path.join(root, "sbom/project.cdx.json"), "utf8"));
    assert.deepEqual(
      [bom.bomFormat, bom.metadata.component.name, bom.metadata.component.type],
      [...["CycloneDX", "ecr", "application"]],
    );
    type Component = { purl: string; hashes?: { alg: string }[]; properties?: { name: string }[] };
    const has =
      (name: string) =>
      ({ properties = [] }: Component) =>
        properties.some((each) => each.name === name);
    const components: Component[] = bom.components;
    const foreign = components.filter((each) => !has("cdx:npm:package:private")(each));
    const named = (some: Component[]) =>
      [...new Set(some.map(({ purl }) => decodeURIComponent(purl.replace("pkg:npm/", ""))))].sort();
    assert.deepEqual(named(foreign), locked("all"));
    assert.deepEqual(named(foreign.filter((each) => !has("cdx:npm:package:development")(each))), locked("production"));
    assert.deepEqual(named(foreign.filter(({ hashes }) => hashes?.[0]?.alg !== "SHA-512")), []);
    assert.match(stdout, new RegExp(`^sbom/project\\.cdx\\.json: ${components.length} packages`));
  });
});
