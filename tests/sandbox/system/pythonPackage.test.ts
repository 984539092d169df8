import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../../sandbox/paths";
import { run } from "../../../sandbox/system/commands";
import { findProgram } from "../../../sandbox/system/programs";
import { packageVersion } from "../../../sandbox/system/pythonPackage";
import { removeTemporary, temporaryDirectory } from "../temporary";

const lists = path.join(projectRoot, "sandbox", "python");
const filesOf = (extension: string) => fs.readdirSync(lists).filter((file) => file.endsWith(extension));

describe("services: packages from PyPI", () => {
  afterEach(removeTemporary);

  it("are pinned to one version with checksums, including each pin of the .in files", () => {
    assert.deepEqual(
      filesOf(".txt").map((file) => file.replace(/\.txt$/, ".in")),
      filesOf(".in"),
      "npm run python:lock",
    );
    for (const file of filesOf(".txt")) {
      const text = fs.readFileSync(path.join(lists, file), "utf8").replaceAll("\\\n", " ");
      const packages = text.split("\n").filter((line) => /^[a-z0-9]/i.test(line));
      assert.ok(packages.length > 0, file);
      for (const line of packages) {
        assert.match(
          line,
          /^[\w.-]+==\S+ (?:; [^#]*?)?( +--hash=sha256:[0-9a-f]{64})+/,
          `${file}: ${line.slice(0, 60)}`,
        );
      }
      const wanted = fs.readFileSync(path.join(lists, file.replace(/\.txt$/, ".in")), "utf8");
      for (const [pin] of wanted.matchAll(/^[\w.-]+==\S+$/gm)) {
        assert.ok(
          packages.some((line) => line.startsWith(`${pin} `)),
          `${file}: ${pin}: npm run python:lock`,
        );
      }
    }
    assert.match(packageVersion("ministack"), /^\d+\.\d+\.\d+$/);
  });

  it("are installed in two files only, both of which require checksums", () => {
    const sources = ["sandbox", "tests", "cli", "bench"].flatMap((folder) =>
      fs
        .readdirSync(path.join(projectRoot, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => /\.(?:ts|mjs|cjs)$/.test(file) && !/node_modules|dist\//.test(file))
        .map((file) => path.join(folder, file)),
    );
    const callers = sources.filter((file) => {
      const text = fs.readFileSync(path.join(projectRoot, file), "utf8");
      return (
        /"pip",\s*"install"/.test(text) && file !== path.join("tests", "sandbox", "system", "pythonPackage.test.ts")
      );
    });
    assert.deepEqual(callers.sort(), ["sandbox/python/lock.mjs", "sandbox/system/pythonPackage.ts"]);
    for (const caller of callers) {
      const text = fs.readFileSync(path.join(projectRoot, caller), "utf8");
      assert.match(text, /"--require-hashes",\s*"--only-binary",\s*":all:"/, caller);
    }
  });

  it("are refused by pip if the checksum differs", async function () {
    this.timeout(900_000);
    const python = findProgram("python3") ?? "python3";
    const folder = temporaryDirectory();
    const wheel = path.join(folder, "pets-1.0-py3-none-any.whl");
    fs.writeFileSync(wheel, "no wheel");
    const list = path.join(folder, "pets.txt");
    const install = async (hash: string) => {
      fs.writeFileSync(list, `pets==1.0 --hash=sha256:${hash}\n`);
      const venv = path.join(folder, "venv");
      if (!fs.existsSync(venv)) await run(python, ["-m", "venv", venv]);
      const options = ["--no-index", "--find-links", folder, "--require-hashes", "--only-binary", ":all:"];
      return run(path.join(venv, "bin", "python"), [...["-m", "pip", "install", ...options], "--requirement", list]);
    };
    const wrong = await install("0".repeat(64));
    assert.match(wrong.stdout + wrong.stderr, /DO NOT MATCH THE HASHES/);
    const right = await install(createHash("sha256").update("no wheel").digest("hex"));
    assert.doesNotMatch(right.stdout + right.stderr, /DO NOT MATCH THE HASHES/, "the checksum decided");
  });
});
