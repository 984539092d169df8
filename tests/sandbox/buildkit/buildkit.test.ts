import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { startBuildkitd } from "../../../sandbox/buildkit/buildkitd";
import { installBuildkit } from "../../../sandbox/buildkit/installBuildkit";
import { identify, isRunning } from "../../../sandbox/system/processes";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import { removeTemporary, temporaryDirectory, writeScript } from "../temporary";

describe("the sandbox's BuildKit", function () {
  this.timeout(60_000);
  let directory: string;
  const cache = process.env["XDG_CACHE_HOME"];
  const messages: string[] = [];
  const progress = (line: string) => messages.push(line);

  beforeEach(() => {
    directory = temporaryDirectory();
    process.env["XDG_CACHE_HOME"] = path.join(directory, "cache");
    messages.length = 0;
  });
  afterEach(() => {
    if (cache === undefined) delete process.env["XDG_CACHE_HOME"];
    else process.env["XDG_CACHE_HOME"] = cache;
    removeTemporary();
  });

  const fakeGo = (buildCode = 0) =>
    writeScript(
      path.join(directory, "go"),
      `#!/bin/sh
echo "$1" >> ${directory}/calls
case "$1" in
  env) echo go1.99.0 ;;
  list) echo a; echo b ;;
  build) for argument; do [ "$last" = -o ] && out=$argument; last=$argument; done
    echo runtime >&2
    touch "$out/buildctl" "$out/buildkitd"; exit ${buildCode} ;;
esac
`,
    );

  it("is built once per version and reports progress", async () => {
    const first = await installBuildkit(progress, fakeGo());
    assert.match(first.version, /^\d+\.\d+\.\d+$/);
    for (const program of [first.buildkitd, first.buildctl]) {
      assert.equal(
        path.dirname(program),
        path.join(directory, "cache", "pulumi-ecr-sandbox", "buildkit", first.version),
      );
      assert.ok(fs.existsSync(program));
    }
    assert.match(messages[0] ?? "", /^building BuildKit .* from source, once on this machine$/);
    assert.ok(messages.includes("compiled 1 of 2 packages"), messages.join("\n"));
    assert.deepEqual(await installBuildkit(progress, path.join(directory, "none")), first);
    assert.deepEqual(fs.readFileSync(path.join(directory, "calls"), "utf8"), "env\nlist\nbuild\n");
  });

  it("leaves nothing usable after a failed build, and says that Go is missing", async () => {
    await assert.rejects(installBuildkit(progress, fakeGo(1)), /exit code 1\n {2}runtime/);
    await assert.rejects(
      installBuildkit(progress, path.join(directory, "none")),
      /^Error: BuildKit cannot be built here: there is no `.*none` on PATH: install Go 1\./,
    );
    assert.ok((await installBuildkit(progress, fakeGo())).buildctl);
  });

  describe("as a daemon", () => {
    before(function () {
      if (process.getuid?.() !== 0) this.skip();
    });
    const fakeDaemon = (then: string) => ({
      version: "0.0.0",
      buildctl: "",
      buildkitd: writeScript(path.join(directory, "buildkitd"), `#!/bin/sh\necho $$ > ${directory}/pid\n${then}\n`),
    });
    /** Listens on the given address. */
    const ready = `exec ${process.execPath} -e 'require("net").createServer().listen(process.argv[4].slice(7))' -- "$@"`;

    it("ends even when the process that started it is killed, and releases its folder", async () => {
      const daemon = fakeDaemon(ready);
      const script = path.join(directory, "start.cts");
      const source = path.resolve(__dirname, "../../../sandbox/buildkit/buildkitd");
      fs.writeFileSync(
        script,
        `require(${JSON.stringify(source)}).startBuildkitd(${JSON.stringify(daemon)}, ${JSON.stringify(directory)}, () => {})
          .then((address) => console.log(address));setInterval(() => {}, 1000);`,
      );
      const register = require.resolve("ts-node/register/transpile-only");
      const starter = spawn(process.execPath, ["--require", register, script], {
        cwd: path.resolve(__dirname, "../../.."),
        stdio: ["ignore", "pipe", "inherit"],
      });
      const address = await new Promise<string>((resolve) =>
        starter.stdout.once("data", (data) => resolve(String(data))),
      );
      const sockets = path.dirname(address.trim().slice("unix://".length));
      const running = identify(Number(fs.readFileSync(path.join(directory, "pid"), "utf8")));
      assert.ok(running && fs.existsSync(sockets));
      starter.kill("SIGKILL");
      assert.ok(await waitUntil(() => !isRunning(running) && !fs.existsSync(sockets), 30_000, 50));
      // The folder's lock has been released.
      await assert.rejects(startBuildkitd(fakeDaemon("exit 3"), directory, progress), /BuildKit ended with exit code/);
    });

    it("shows the end of its log when it does not start", async () => {
      await assert.rejects(
        startBuildkitd(fakeDaemon("echo no overlay here >&2; exit 3"), directory, progress),
        /BuildKit ended with exit code \d+:\n {2}no overlay here/,
      );
    });
  });
});
