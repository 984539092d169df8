import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { buildEngine } from "../../../sandbox/engine/buildEngine";
import { downloadEngine } from "../../../sandbox/engine/downloadEngine";
import { removeTemporary, temporaryDirectory, writeScript } from "../temporary";

const version = "3.1.4";

describe("obtaining the engine", () => {
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

    it("builds the binary and reports progress", async () => {
      await build(fakeGo("go1.26.8", `v${version}`));
      assert.match(fs.readFileSync(path.join(directory, "pulumi"), "utf8"), /v3\.1\.4/);
      assert.ok(progress.includes("downloading Go modules: 1"), progress.join("\n"));
      assert.ok(progress.includes("compiled 1 of 2 packages"), progress.join("\n"));
      assert.deepEqual(fs.readdirSync(directory).sort(), ["go", "module", "pulumi"], "no temporary file stays");
    });

    it("says which Go version to install when Go is missing or too old", async () => {
      await assert.rejects(
        build(path.join(directory, "nowhere", "go")),
        /there is no `.*go` on PATH: install Go 1\.26/,
      );
      await assert.rejects(
        build(fakeGo("go1.19.8", "")),
        /cannot be built with Go 1\.19\.8: install Go 1\.26 or newer/,
      );
    });

    it("rejects a go.mod with a version other than package.json's", async () => {
      const expected = /go\.mod requires .* v3\.1\.3, but package\.json has pulumi 3\.1\.4: run `go get .*@v3\.1\.4/;
      await assert.rejects(build(fakeGo("go1.26.8", ""), "3.1.3"), expected);
    });

    it("leaves nothing behind when the build fails or produces another version", async () => {
      await assert.rejects(build(fakeGo("go1.26.8", `v${version}`, 1)), /exit code 1\n {2}runtime/);
      await assert.rejects(build(fakeGo("go1.26.8", "v9.9.9")), /reports version v9\.9\.9, not v3\.1\.4/);
      assert.deepEqual(fs.readdirSync(directory).sort(), ["go", "module"]);
    });
  });

  describe("by downloading the release", () => {
    const archive = `pulumi-v${version}-linux-${process.arch}.tar.gz`;
    let server: http.Server;
    let base: string;
    /** The server's files, by path. */
    let files: Record<string, Buffer | string>;
    const asked: string[] = [];
    before((done) => {
      server = http.createServer((request, response) => {
        asked.push(`${request.method} ${request.url}`);
        const content = files[request.url ?? ""];
        response.writeHead(content === undefined ? 404 : 200).end(request.method === "HEAD" ? undefined : content);
      });
      server.listen(0, "127.0.0.1", () => {
        base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        done();
      });
    });
    beforeEach(() => {
      asked.length = 0;
    });
    after(() => server.close());

    /** Serves a release with these files and correct checksums. */
    function release(names: string[]): void {
      const folder = path.join(directory, "made", "pulumi");
      fs.mkdirSync(folder, { recursive: true });
      for (const name of names) fs.writeFileSync(path.join(folder, name), name, { mode: 0o755 });
      const content = execFileSync("tar", ["-czf", "-", "-C", path.dirname(folder), "pulumi"]);
      fs.rmSync(path.join(directory, "made"), { recursive: true });
      const checksum = createHash("sha256").update(content).digest("hex");
      files = {
        [`/archives/${archive}`]: content,
        [`/checksums/v${version}/pulumi-${version}-checksums.txt`]: `${"0".repeat(64)}  other.tar.gz\n${checksum}  ${archive}\n`,
      };
    }
    function download(address = base): Promise<boolean> {
      const addresses = { archives: `${address}/archives`, checksums: `${address}/checksums` };
      const target = path.join(directory, "released");
      return downloadEngine({ version, target, addresses, progress: (line) => progress.push(line) });
    }

    it("keeps all files of the release", async () => {
      release(["pulumi", "pulumi-language-nodejs", "pulumi-watch"]);
      assert.equal(await download(), true);
      const bin = path.join(directory, "released", "bin");
      assert.deepEqual(fs.readdirSync(bin).sort(), ["pulumi", "pulumi-language-nodejs", "pulumi-watch"]);
      assert.equal(fs.statSync(path.join(bin, "pulumi")).mode & 0o111, 0o111);
      assert.deepEqual(fs.readdirSync(directory), ["released"], "no temporary folder stays");
    });

    it("rejects an archive whose checksum differs or is not listed", async () => {
      release(["pulumi", "pulumi-language-nodejs"]);
      const good = files[`/archives/${archive}`] as Buffer;
      release(["pulumi", "pulumi-language-nodejs", "evil"]);
      const list = `/checksums/v${version}/pulumi-${version}-checksums.txt`;
      files[`/archives/${archive}`] = Buffer.concat([good, Buffer.from("x")]);
      await assert.rejects(download(), /has the checksum [0-9a-f]{64}, not [0-9a-f]{64} of .*\. It was not used\.$/);
      files[list] = `${"0".repeat(64)}  other-${archive}\n`;
      await assert.rejects(download(), /-checksums\.txt lists no checksum for pulumi-v3\.1\.4-linux/);
      assert.deepEqual(fs.readdirSync(directory), []);
    });

    it("writes nothing to the shared temporary folder", async () => {
      release(["pulumi", "pulumi-language-nodejs"]);
      const shared = path.join(directory, "shared");
      fs.mkdirSync(shared, { mode: 0o555 });
      const saved = process.env["TMPDIR"];
      process.env["TMPDIR"] = shared;
      try {
        let seen: string[] = [];
        const watcher = fs.watch(shared, (_, name) => seen.push(String(name)));
        assert.equal(await download(), true);
        watcher.close();
        seen = [...seen, ...fs.readdirSync(shared)];
        assert.deepEqual(seen, []);
      } finally {
        if (saved === undefined) delete process.env["TMPDIR"];
        else process.env["TMPDIR"] = saved;
      }
    });

    it("downloads nothing when a server is unreachable or lacks a file", async () => {
      release(["pulumi", "pulumi-language-nodejs"]);
      delete files[`/checksums/v${version}/pulumi-${version}-checksums.txt`];
      assert.equal(await download(), false);
      assert.equal(await download("http://127.0.0.1:9"), false);
      assert.deepEqual(progress, []);
      assert.ok(asked.every((request) => request.startsWith("HEAD ")));
    });

    it("rejects a release without its language host, and keeps nothing of it", async () => {
      release(["pulumi"]);
      await assert.rejects(download(), /lacks pulumi-language-nodejs/);
      assert.deepEqual(fs.readdirSync(directory), []);
    });
  });
});
