// `npm run python:lock`: writes NAME.txt for each NAME.in, with all of its dependencies, each in one version and with
// the checksums of all its files. `-- --upgrade` selects the newest versions that NAME.in allows.
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";

const folder = path.dirname(fileURLToPath(import.meta.url));
/** The oldest Python that a list supports, unless its NAME.in requires a newer one. */
const oldestPython = "3.10";

const work = fs.mkdtempSync(path.join(os.tmpdir(), "python-lock-"));
const run = (program, args) => execFileSync(program, args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
try {
  run("python3", ["-m", "venv", work]);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"];
  run(path.join(work, "bin", "python"), [
    ...pip,
    "--require-hashes",
    "--only-binary",
    ":all:",
    "--requirement",
    "uv.txt",
  ]);
  const compile = ["pip", "compile", "--quiet", "--universal", "--generate-hashes"];
  const heading = ["--custom-compile-command", "npm run python:lock"];
  for (const file of fs.readdirSync(folder).filter((name) => name.endsWith(".in"))) {
    const python =
      /Needs Python (\d+\.\d+)/.exec(fs.readFileSync(path.join(folder, file), "utf8"))?.[1] ?? oldestPython;
    const lock = file.replace(/\.in$/, ".txt");
    const override = file.replace(/\.in$/, ".override");
    // Lists exclude packages that exist on PyPI only as source, and otherwise select the newest version with a wheel.
    const without = fs.existsSync(path.join(folder, override))
      ? ["--override", override, "--only-binary", ":all:"]
      : [];
    run(path.join(work, "bin", "uv"), [
      ...[...compile, ...without, "--python-version", python, ...heading],
      ...[...process.argv.slice(2), "--output-file", lock, file],
    ]);
    console.log(`sandbox/python/${lock}`);
  }
} finally {
  fs.rmSync(work, { recursive: true, force: true });
}
