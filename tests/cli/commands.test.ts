import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { allCommands, createProgram } from "../../cli/program";
import { version } from "../../package.json";
import { bundle, environmentIn } from "./bundledCli";

/** The words of each command, subcommands after their parents: `lifecycle preview`. */
const commands = allCommands(createProgram()).map((command) => {
  const words: string[] = [];
  for (let each = command; each.parent !== null; each = each.parent) words.unshift(each.name());
  return { words, command };
});
const shown = commands.filter(({ words }) => !words[0]?.startsWith("__"));

describe("ecr command line", function () {
  this.timeout(120_000);
  let folder: string;
  let cli: string;
  before(async () => {
    cli = await bundle();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-commands-"));
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: ecr\n");
    for (const name of ["dev", "prod"]) fs.writeFileSync(path.join(folder, `Pulumi.${name}.yaml`), "config: {}\n");
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  /** Starting a process or opening a connection ends the command with 99: it must do neither. */
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [cli, ...args], {
      cwd: folder,
      encoding: "utf8",
      env: environmentIn(folder, "no-way-out.cjs"),
    });

  it("has more than ten commands", () => assert.ok(shown.length > 10, String(shown.length)));

  for (const { words, command } of shown) {
    const name = ["ecr", ...words].join(" ");
    it(`${name}: -h and --help show all flags, --version the version, with no other effect`, () => {
      for (const flag of ["-h", "--help"]) {
        const { status, stdout, stderr } = run(...words, flag);
        assert.deepEqual([status, stderr], [0, ""]);
        assert.ok(stdout.startsWith(`Usage: ${name}`), stdout);
        for (const { long } of command.options) assert.ok(stdout.includes(String(long)), `${long} in ${stdout}`);
        assert.ok(stdout.split("\n").every((line) => line.length <= 100));
      }
      assert.deepEqual([run(...words, "--version").stdout, run(...words, "--version").status], [`${version}\n`, 0]);
    });

    // preview and up pass unknown flags on to Pulumi.
    const [flag] = command.options.map(({ long }) => long).filter((long) => long && long !== "--version");
    if (flag) {
      it(`${name}: rejects an unknown flag, suggests the nearest one and exits with 1`, () => {
        const misspelt = `${flag.slice(0, -2)}${flag.slice(-1)}`;
        const { status, stdout, stderr } = run(...words, misspelt);
        assert.deepEqual([status, stdout], [1, ""]);
        assert.match(stderr, new RegExp(`unknown option '${misspelt}'\n\\(Did you mean (one of )?--`));
      });
    }
  }

  it("shows the help of preview and up after the environment, too", () => {
    for (const operation of ["preview", "up"]) {
      assert.match(run(operation, "dev", "--help").stdout, new RegExp(`^Usage: ecr ${operation} <environment>`));
    }
  });

  it("suggests the nearest command for a misspelled one", () => {
    const { status, stderr } = run("lifecyle");
    assert.equal(status, 1);
    assert.match(stderr, /unknown command 'lifecyle'\n\(Did you mean lifecycle\?\)/);
  });

  it("exits quietly when its output is closed early", () => {
    const script = `"$0" "$1" --help | true; echo "\${PIPESTATUS[0]}"`;
    for (let attempt = 0; attempt < 5; attempt++) {
      const { stdout, stderr } = spawnSync("bash", ["-c", script, process.execPath, cli], {
        cwd: folder,
        encoding: "utf8",
      });
      assert.deepEqual([stdout, stderr], ["0\n", ""]);
    }
  });

  it("completes commands, flags, and environments where they apply", () => {
    const offered = (...words: string[]) =>
      run("__complete", "--", ...words)
        .stdout.trim()
        .split("\n");
    const names = shown.filter(({ words }) => words.length === 1).map(({ words }) => words[0]);
    assert.deepEqual(offered(""), names);
    assert.deepEqual(offered("li"), ["lifecycle"]);
    assert.deepEqual(offered("lifecycle", ""), ["preview", "snapshot"]);
    assert.deepEqual(offered("up", ""), ["dev", "prod"]);
    assert.deepEqual(offered("cost", "--stack", "d"), ["dev"]);
    assert.deepEqual(offered("cost", "--prices", ""), [""]);
    assert.deepEqual(offered("validate", "dev", "p"), ["prod"]);
    for (const { words, command } of shown.filter((each) => each.command.commands.length === 0)) {
      const flags = command.options.flatMap(({ long }) => (long && long !== "--version" ? [long] : []));
      assert.deepEqual(offered(...words, "--"), [...flags, "--help", "--version"]);
    }
  });

  it("completes in bash", () => {
    const bin = path.join(folder, "ecr");
    fs.writeFileSync(bin, `#!/bin/sh\nexec ${process.execPath} ${cli} "$@"\n`, { mode: 0o755 });
    const script = `PATH=${folder}:$PATH; eval "$(ecr completion bash)"
      COMP_WORDS=(ecr lifecycle pre); COMP_CWORD=2; _ecr_complete; echo "\${COMPREPLY[@]}"
      COMP_WORDS=(ecr up ""); COMP_CWORD=2; _ecr_complete; echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script], { cwd: folder, encoding: "utf8" });
    assert.deepEqual([stdout, stderr], ["preview\ndev prod\n", ""]);
  });

  it("has completion scripts for zsh and fish, and rejects other shells", () => {
    assert.match(run("completion", "zsh").stdout, /compdef _ecr_complete ecr/);
    assert.match(run("completion", "fish").stdout, /complete -c ecr -a/);
    const { status, stderr } = run("completion", "tcsh");
    assert.deepEqual([status, stderr], [1, 'shell: found "tcsh". Must be one of bash, zsh, fish.\n']);
  });
});
