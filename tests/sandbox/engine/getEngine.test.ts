import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { buildEngine } from "../../../sandbox/engine/buildEngine";
import { downloadEngine } from "../../../sandbox/engine/downloadEngine";
import { removeTemporary, temporaryDirectory, writeScript } from "../temporary";

const version = "3.1.4";

describe("getting the engine", () => {
  let directory: string;
  const progress: string[] = [];

  beforeEach(() => {
    directory = temporaryDirectory();
    progress.length = 0;
  });
  afterEach(removeTemporary);

  describe("by building", () => {
    /** A `go` whose build writes a program that prints `printed`. */
    function fakeGo(goVersion: string, printed: string, buildCode = 0): string {
      return writeScript(
        path.join(directory, "go"),
        `#!/bin/sh
case "$1" in
  env) echo ${goVersion} ;;
  list) echo "go: downloading example.com/a v1.0.0" >&2; echo a; echo b ;;
  build) for argument; do [ "$last" = -o ] && out=$argument; last=$argument; done
    echo runtime >&2
    printf '#!/bin/sh\\necho ${printed}\\n' > "$out"; chmod +x "$out"; exit ${buildCode} ;;
esac
`,
      );
    }
    function build(go: string, required = version): Promise<void> {
      const goMod = `module x\n\ngo 1.26\n\nrequire github.com/pulumi/pulumi/pkg/v3 v${required}\n`;
      fs.mkdirSync(path.join(directory, "module"), { recursive: true });
      fs.writeFileSync(path.join(directory, "module", "go.mod"), goMod);
      const moduleDirectory = path.join(directory, "module");
      const target = path.join(directory, "pulumi");
      return buildEngine({ version, target, moduleDirectory, go, progress: (line) => progress.push(line) });
    }

    it("makes the binary and tells how far it is", async () => {
      await build(fakeGo("go1.26.8", `v${version}`));
      assert.match(fs.readFileSync(path.join(directory, "pulumi"), "utf8"), /v3\.1\.4/);
      assert.ok(progress.includes("downloading Go modules: 1"), progress.join("\n"));
      assert.ok(progress.includes("compiled 1 of 2 packages"), progress.join("\n"));
      assert.deepEqual(fs.readdirSync(directory).sort(), ["go", "module", "pulumi"], "no temporary file stays");
    });

    it("names what is missing and the fix when there is no Go, or one too old", async () => {
      await assert.rejects(
        build(path.join(directory, "nowhere", "go")),
        /there is no `.*go` on PATH: install Go 1\.26/,
      );
      await assert.rejects(
        build(fakeGo("go1.19.8", "")),
        /cannot be built with Go 1\.19\.8: install Go 1\.26 or newer/,
      );
    });

    it("refuses a go.mod that names another version than package.json", async () => {
      const expected = /go\.mod requires .* v3\.1\.3, but package\.json has pulumi 3\.1\.4: run `go get .*@v3\.1\.4/;
      await assert.rejects(build(fakeGo("go1.26.8", ""), "3.1.3"), expected);
    });

    it("leaves nothing where the build fails or makes another version", async () => {
      await assert.rejects(build(fakeGo("go1.26.8", `v${version}`, 1)), /exit code 1\n {2}runtime/);
      await assert.rejects(build(fakeGo("go1.26.8", "v9.9.9")), /calls itself v9\.9\.9, not v3\.1\.4/);
      assert.deepEqual(fs.readdirSync(directory).sort(), ["go", "module"]);
    });
  });

  describe("by the launcher's download", () => {
    let server: http.Server;
    let probe: string;
    let status = 200;
    before((done) => {
      server = http.createServer((_, response) => response.writeHead(status).end());
      server.listen(0, "127.0.0.1", () => {
        probe = `http://127.0.0.1:${(server.address() as AddressInfo).port}/install.sh`;
        done();
      });
    });
    beforeEach(() => {
      status = 200;
    });
    after(() => server.close());

    function download(files: string[]): Promise<boolean> {
      const launcher = path.join(directory, "run.js");
      fs.writeFileSync(
        launcher,
        `const bin = require("path").join(process.env.PULUMI_HOME, "versions", process.env.PULUMI_VERSION, "bin");
         require("fs").mkdirSync(bin, { recursive: true });
         for (const file of ${JSON.stringify(files)}) require("fs").writeFileSync(bin + "/" + file, file);`,
      );
      const target = path.join(directory, "released");
      return downloadEngine({ version, target, launcher, probe, progress: (line) => progress.push(line) });
    }

    it("keeps all that the release brings", async () => {
      const files = ["pulumi", "pulumi-language-nodejs", "pulumi-watch"];
      assert.equal(await download(files), true);
      assert.deepEqual(fs.readdirSync(path.join(directory, "released", "bin")), files);
      assert.deepEqual(fs.readdirSync(directory).sort(), ["released", "run.js"], "no temporary folder stays");
    });

    it("is not tried where the place cannot be reached or refuses", async () => {
      status = 403;
      assert.equal(await download(["pulumi"]), false);
      const open = probe;
      probe = "http://127.0.0.1:9/install.sh";
      assert.equal(await download(["pulumi"]), false);
      probe = open;
      assert.deepEqual(progress, []);
    });

    it("keeps nothing of a release without its language host", async () => {
      await assert.rejects(download(["pulumi"]), /bin\/ lacks pulumi-language-nodejs/);
      assert.deepEqual(fs.readdirSync(directory), ["run.js"]);
    });
  });
});
