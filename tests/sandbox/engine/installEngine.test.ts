import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { requiredVersion } from "../../../sandbox/engine/buildEngine";
import { engineVersion, type InstalledEngine, installEngine } from "../../../sandbox/engine/installEngine";
import { projectRoot } from "../../../sandbox/paths";
import { removeTemporary, temporaryDirectory, writeScript } from "../temporary";

const hostScript = "#!/usr/bin/env node\n// first\n";

describe("engine installation", function () {
  this.timeout(20_000);
  const cacheVariable = process.env["XDG_CACHE_HOME"];
  let directory: string;
  let languageHost: string;
  const progress: string[] = [];

  const install = (home = "home"): Promise<InstalledEngine> =>
    installEngine({ home: path.join(directory, home), progress: (line) => progress.push(line), languageHost });

  beforeEach(() => {
    progress.length = 0;
    directory = temporaryDirectory();
    languageHost = path.join(directory, "language-host.cjs");
    fs.writeFileSync(languageHost, hostScript);
  });

  afterEach(() => {
    if (cacheVariable === undefined) delete process.env["XDG_CACHE_HOME"];
    else process.env["XDG_CACHE_HOME"] = cacheVariable;
    removeTemporary();
  });

  /** Uses a test folder as the user's cache, with the given executables. */
  function cacheOf(files: Record<string, string>): void {
    process.env["XDG_CACHE_HOME"] = path.join(directory, "cache");
    for (const [file, content] of Object.entries(files)) {
      writeScript(path.join(directory, "cache", "pulumi-ecr-sandbox", "pulumi", engineVersion(), file), content);
    }
  }

  it("builds the version that package.json pins", () => {
    const goMod = fs.readFileSync(path.join(projectRoot, "sandbox", "engine", "go.mod"), "utf8");
    assert.equal(requiredVersion(goMod), engineVersion());
  });

  it("puts a cached binary where the launcher finds it, and does nothing the second time", async () => {
    cacheOf({ pulumi: '#!/bin/sh\necho "launched with $*"\n' });
    const first = await install();
    assert.equal(first.source, "cache");
    assert.equal(first.path, path.join(first.pulumiHome, "versions", engineVersion(), "bin", "pulumi"));
    assert.equal(first.binDirectory, path.dirname(first.path));
    const launcher = path.join(projectRoot, "node_modules", "pulumi", "run.js");
    const environment = { ...process.env, PULUMI_HOME: first.pulumiHome, PULUMI_VERSION: undefined };
    const printed = execFileSync(process.execPath, [launcher, "up"], { env: environment, encoding: "utf8" });
    assert.equal(printed, "launched with up\n");

    const before = fs.statSync(first.path);
    const second = await install();
    assert.deepEqual(second, { ...first, source: "present" });
    assert.deepEqual(fs.statSync(first.path), before);
    assert.deepEqual(fs.readdirSync(first.binDirectory), ["pulumi", "pulumi-language-nodejs"], "no temporary files");
    assert.deepEqual(progress, []);
  });

  it("shares one file between two sandboxes", async () => {
    cacheOf({ pulumi: "#!/bin/sh\n" });
    const [a, b] = await Promise.all([install("a"), install("b")]);
    assert.equal(fs.statSync(a.path).ino, fs.statSync(b.path).ino);
  });

  it("replaces the sandbox's language host only when it has changed", async () => {
    cacheOf({ pulumi: "#!/bin/sh\n" });
    const { binDirectory } = await install();
    const installed = path.join(binDirectory, "pulumi-language-nodejs");
    assert.equal(fs.readFileSync(installed, "utf8"), hostScript);
    assert.equal(fs.statSync(installed).mode & 0o777, 0o755);
    const { ino } = fs.statSync(installed);
    await install();
    assert.equal(fs.statSync(installed).ino, ino, "unchanged, so not written");
    fs.writeFileSync(languageHost, hostScript.replace("first", "second"));
    await install();
    assert.match(fs.readFileSync(installed, "utf8"), /second/);
  });

  it("keeps a release's own language host, when installed from the cache and when already present", async () => {
    cacheOf({ pulumi: "built", "released/bin/pulumi": "released", "released/bin/pulumi-language-nodejs": "\x7fELF" });
    const { binDirectory, path: binary } = await install();
    assert.equal(fs.readFileSync(binary, "utf8"), "released");
    assert.equal(fs.readFileSync(path.join(binDirectory, "pulumi-language-nodejs"), "utf8"), "\x7fELF");
    await install();
    assert.equal(fs.readFileSync(path.join(binDirectory, "pulumi-language-nodejs"), "utf8"), "\x7fELF");
  });

  it("reports a language host that is not built or lacks a #! line", async () => {
    cacheOf({ pulumi: "#!/bin/sh\n" });
    fs.rmSync(languageHost);
    await assert.rejects(install(), /language-host\.cjs is missing: run `npm run build`/);
    fs.writeFileSync(languageHost, "module.exports = {};");
    await assert.rejects(install(), /does not start with #!/);
  });
});
