import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../../sandbox/paths";
import { run } from "../../../sandbox/system/commands";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import { removeTemporary, temporaryDirectory, writeScript } from "../temporary";
import { ctrlC, inTerminal } from "./terminal";

const scripts: Record<string, string> = JSON.parse(
  fs.readFileSync(path.join(projectRoot, "package.json"), "utf8"),
).scripts;

/** A clone with a fake npm, and a fake sandbox command line that prints that it ran. */
class ScratchClone {
  readonly root = temporaryDirectory();
  readonly env = { ...process.env, PATH: `${path.join(this.root, "bin")}:${process.env["PATH"]}` };

  constructor() {
    const scripts = fs.readdirSync(path.join(projectRoot, "sandbox")).filter((name) => name.endsWith(".mjs"));
    const others = ["supply/packages.mjs", "cli/bundles.mjs", "ecr/values/editDistance.cjs"];
    for (const file of [...scripts.map((name) => `sandbox/${name}`), ...others]) {
      this.write(file, fs.readFileSync(path.join(projectRoot, file), "utf8"));
    }
    for (const [file, name] of Object.entries({
      "sandbox/build.mjs": "buildSandbox",
      "policies/build.mjs": "buildPolicyPack",
      "provider/build.mjs": "buildProvider",
      "cli/build.mjs": "buildCli",
    })) {
      this.write(file, `import "a"; export const ${name} = async () => {};`);
    }
    this.write("sandbox/dist/cli.cjs", `console.log("the command line runs:", ...process.argv.slice(2));`);
    const packages = { "": { name: "x" }, "node_modules/a": { version: "1.0.0", integrity: "sha512-a" } };
    this.write("package-lock.json", JSON.stringify({ packages }));
    this.write("package.json", `{ "version": "7.8.9" }`);
    this.write("done.json", JSON.stringify({ packages: { "node_modules/a": packages["node_modules/a"] } }));
    this.npm("touch began; mkdir -p node_modules/a; sleep 0.2; echo {} > node_modules/a/package.json", "finish");
  }

  /** `finish` writes npm's own package list, as npm does at the end; each run adds a line to npm.log. */
  npm(...commands: string[]): void {
    const finish = `echo 'export default 1' > node_modules/a/index.js
echo '{"type":"module","main":"index.js"}' > node_modules/a/package.json; cp done.json node_modules/.package-lock.json`;
    const body = commands.join("\n").replaceAll("finish", finish);
    writeScript(path.join(this.root, "bin", "npm"), `#!/bin/sh\ncd ${this.root}\necho "$*" >> npm.log\n${body}\n`);
  }

  write(file: string, content: string): void {
    fs.mkdirSync(path.dirname(path.join(this.root, file)), { recursive: true });
    fs.writeFileSync(path.join(this.root, file), content);
  }

  has(file: string): boolean {
    return fs.existsSync(path.join(this.root, file));
  }

  npmRuns(): number {
    return this.has("npm.log") ? fs.readFileSync(path.join(this.root, "npm.log"), "utf8").trim().split("\n").length : 0;
  }

  command(...args: string[]): string[] {
    return [process.execPath, path.join(this.root, "sandbox", "bootstrap.mjs"), ...args];
  }

  async run(...args: string[]) {
    const [program = "", ...rest] = this.command(...args);
    const result = await run(program, rest, { env: this.env });
    return { ...result, output: result.stdout + result.stderr };
  }

  inTerminal(keys: { after: string; send: string }[]) {
    return inTerminal(this.command("local"), { cwd: this.root, env: this.env, keys });
  }
}

describe("the commands' bootstrap script", function () {
  this.timeout(60_000);
  let clone: ScratchClone;
  beforeEach(() => {
    clone = new ScratchClone();
  });
  afterEach(removeTemporary);

  describe("answers at once", () => {
    const helps: [string[], RegExp][] = [
      [["local"], /^Usage: npm run local /],
      [["down"], /^Usage: npm run local:down/],
      [["run"], /^Usage: npm run sandbox -- COMMAND/],
      [["run", "status"], /^Usage: npm run sandbox -- status \[--json\]/],
      [["run", "reset"], /^Usage: npm run sandbox -- reset/],
      [["run", "logs"], /^Usage: npm run sandbox -- logs/],
      [["run", "help"], /^Usage: npm run sandbox -- help/],
      [["test", "tests/x.test.ts"], /^Usage: npm test/],
      [["bench", "startup"], /^Usage: npm run bench/],
    ];

    it("--help, -h and --version, and does nothing else", async () => {
      for (const [words, usage] of helps) {
        const results = await Promise.all(["--help", "-h", "--version"].map((flag) => clone.run(...words, flag)));
        const codes = results.map(({ code, stderr }) => [code, stderr]);
        assert.deepEqual(codes, Array(3).fill([0, ""]), words.join(" "));
        const [long, short, version] = results.map(({ stdout }) => stdout);
        assert.match(long ?? "", usage);
        assert.deepEqual([short, version], [long, "7.8.9\n"]);
      }
      assert.equal(clone.npmRuns(), 0);
      assert.deepEqual(
        Object.values(scripts).flatMap((script) => /^node sandbox\/bootstrap\.mjs (\w+)$/.exec(script)?.[1] ?? []),
        ["local", "down", "run", "test", "bench"],
        "the table has every command",
      );
    });

    const refusals: [string[], string[]][] = [
      [
        ["local", "--output"],
        ['"--output": there is no such option. Did you mean "--outputs"?', "npm run local "],
      ],
      [
        ["local", "x", "-v"],
        ['"x": this command takes no arguments', '"-v": there is no such option'],
      ],
      [["down", "--hlep"], ['"--hlep": there is no such option. Did you mean "--help"? Allowed: --help, --version.']],
      [["run"], ["Usage: npm run sandbox"]],
      [["run", "--jsn"], ['"--jsn": there is no such option']],
      [
        ["run", "status", "--jsno"],
        ['Did you mean "--json"?', "npm run sandbox -- status"],
      ],
      [["run", "reset", "all"], ['"all": this command takes no arguments']],
      [["run", "logs", "--lines"], ["--lines: needs a value. Write --lines N."]],
      [["run", "status", "--json=yes"], ['--json: found the value "yes". Must have no value.']],
      [
        ["test", "tests/fiel.test.ts"],
        ['"tests/fiel.test.ts": there is no such file. Did you mean "tests/file.test.ts"?'],
      ],
      [
        ["bench", "strtup", "--run", "5"],
        ['Did you mean "startup"?', 'Did you mean "--runs"?'],
      ],
      [["lokal"], ['"lokal": there is no such command. Did you mean "local"? Allowed: local, down, run, test, bench.']],
    ];

    it("invalid arguments, naming all of them, and does nothing else", async () => {
      clone.write("tests/file.test.ts", "");
      const results = await Promise.all(refusals.map(([words]) => clone.run(...words)));
      for (const [index, [words, texts]] of refusals.entries()) {
        const { code, stdout, stderr } = results[index] ?? assert.fail();
        assert.deepEqual([code, stdout], [1, ""], words.join(" "));
        for (const text of texts) assert.ok(stderr.includes(text), `${words.join(" ")}: ${stderr}`);
      }
      assert.equal(clone.npmRuns(), 0);
    });

    it("without an error when its output is no longer read", async () => {
      const command = `${clone.command("run", "--help").join(" ")} | head -n 1; echo "\${PIPESTATUS[0]}"`;
      const { stdout, stderr } = await run("bash", ["-c", command], { env: clone.env });
      assert.deepEqual([stdout.split("\n").slice(1), stderr], [["0", ""], ""]);
    });

    it("but passes other programs' arguments through unchanged", async () => {
      clone.write("tests/file.test.ts", "");
      for (const words of [
        ["run", "pulumi", "--help"],
        ["run", "--", "status", "--nonsense"],
        ["test", "tests/file.test.ts", "--grep", "x", "--", "--inspect"],
      ]) {
        assert.match(
          (await clone.run(...words)).stdout,
          new RegExp(`^the command line runs: ${words.join(" ")}$`, "m"),
        );
      }
    });
  });

  describe("checks the installed packages", () => {
    it("installs once, shows the time it took, and runs the command", async () => {
      const first = await clone.run("local", "--outputs");
      assert.match(first.output, /… Packages: npm ci[\s\S]*✔ Packages \[\d+s\]/);
      assert.match(first.stdout, /the command line runs: local --outputs/);
      assert.equal((await clone.run("local")).output, "the command line runs: local\n");
      assert.equal(clone.npmRuns(), 1);
    });

    it("does not install after the user's own `npm ci`", async () => {
      await run("npm", ["ci"], { env: clone.env });
      assert.equal((await clone.run("local")).output, "the command line runs: local\n");
      assert.equal(clone.npmRuns(), 1);
    });

    const damages: [string, () => void][] = [
      [
        "a package's folder is missing",
        () => fs.rmSync(path.join(clone.root, "node_modules", "a"), { recursive: true }),
      ],
      [
        "npm's hidden lockfile is missing",
        () => fs.rmSync(path.join(clone.root, "node_modules", ".package-lock.json")),
      ],
      ["npm's hidden lockfile is truncated", () => clone.write("node_modules/.package-lock.json", '{ "packages": {')],
      [
        "the lockfile has another version",
        () => {
          for (const file of ["package-lock.json", "done.json"]) {
            const text = fs.readFileSync(path.join(clone.root, file), "utf8");
            clone.write(file, text.replace("1.0.0", "1.0.1"));
          }
        },
      ],
    ];
    for (const [name, damage] of damages) {
      it(`installs again when ${name}`, async () => {
        await clone.run("local");
        damage();
        for (const _ of [1, 2]) assert.match((await clone.run("local")).output, /the command line runs: local/);
        assert.equal(clone.npmRuns(), 2);
      });
    }

    it("shows npm's error when npm fails", async () => {
      clone.npm("echo 'npm error the registry is gone' >&2", "exit 3");
      const { code, stderr } = await clone.run("local");
      assert.equal(code, 1);
      assert.match(stderr, /npm error the registry is gone\nnpm ci failed: see its message above/);
    });

    it("installs once for two commands started at the same time", async () => {
      const both = await Promise.all([clone.run("local"), clone.run("test")]);
      assert.deepEqual(
        both.map(({ code }) => code),
        [0, 0],
        JSON.stringify(both),
      );
      assert.equal(clone.npmRuns(), 1);
    });

    it("waits for an npm whose parent was killed", async () => {
      clone.npm("touch began; while [ ! -e go ]; do sleep 0.05; done; mkdir -p node_modules/a", "finish");
      const [program = "", ...args] = clone.command("local");
      const killed = spawn(program, args, { env: clone.env, stdio: "ignore" });
      assert.ok(await waitUntil(() => clone.has("began"), 30_000));
      killed.kill("SIGKILL");
      const next = clone.run("local");
      assert.ok(await waitUntil(() => waitsForLock(clone.root), 30_000));
      clone.write("go", "");
      assert.match((await next).output, /the command line runs: local/);
      assert.equal(clone.npmRuns(), 1);
    });
  });

  describe("when Ctrl-C is pressed while npm installs", () => {
    it("waits for npm to end, prints one line, and the next run works", async () => {
      clone.npm(
        "trap 'touch undone; exit 1' INT",
        "touch began; mkdir -p node_modules/a",
        "while :; do sleep 0.05; done",
      );
      const { code, screen, pressed } = await clone.inTerminal([{ after: "npm ci.*: 1 s", send: ctrlC }]);
      assert.deepEqual([code, pressed], [130, 1], screen);
      assert.ok(clone.has("undone"), "npm got the signal, and was waited for");
      assert.ok(
        screen.endsWith("\r\x1b[KInterrupted. Run the command again: it continues where it stopped.\r\n"),
        screen,
      );
      assert.doesNotMatch(screen, /error|Error|the command line runs/);
      clone.npm("mkdir -p node_modules/a", "finish");
      assert.match((await clone.run("local")).output, /the command line runs: local/);
      assert.equal(clone.npmRuns(), 2);
    });

    it("kills an npm that ignores the signal", async () => {
      clone.npm("trap '' INT", "echo $$ > pid", "while :; do sleep 0.05; done");
      const { code } = await clone.inTerminal([{ after: "npm ci.*: 1 s", send: ctrlC }]);
      assert.equal(code, 130);
      const pid = fs.readFileSync(path.join(clone.root, "pid"), "utf8").trim();
      assert.ok(await waitUntil(() => !isAlive(pid), 30_000), "it was killed");
    });

    it("does the same on a SIGTERM sent to it alone", async () => {
      clone.npm("trap 'touch undone; exit 1' TERM", "touch began", "while :; do sleep 0.05; done");
      const [program = "", ...args] = clone.command("local");
      const child = spawn(program, args, { env: clone.env, stdio: "ignore" });
      assert.ok(await waitUntil(() => clone.has("began"), 30_000));
      child.kill("SIGTERM");
      assert.equal(await new Promise((resolve) => child.on("exit", resolve)), 143);
      assert.ok(clone.has("undone"));
    });
  });
});

/** Whether a process is waiting for the lock on the clone's lockfile. */
function waitsForLock(root: string): boolean {
  const inode = String(fs.statSync(path.join(root, "package-lock.json")).ino);
  return fs
    .readFileSync("/proc/locks", "utf8")
    .split("\n")
    .some((line) => line.includes("->") && line.includes(`:${inode} `));
}

function isAlive(pid: string): boolean {
  try {
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
