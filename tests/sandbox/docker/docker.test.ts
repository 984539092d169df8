import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { BASE_IMAGE, ensureBaseImage, removeBaseImage } from "../../../sandbox/docker/baseImage";
import { removeImagesOf } from "../../../sandbox/docker/cleanUp";
import { type DockerEnvironment, ensureDocker, otherUsers, releaseDocker } from "../../../sandbox/docker/daemon";
import { HOST_WIDE_DAEMON, runningDaemon } from "../../../sandbox/docker/ownDaemon";
import { run, runOrThrow } from "../../../sandbox/system/commands";
import { freePort } from "../../../sandbox/system/ports";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import { removeTemporary, temporaryDirectory } from "../temporary";

const application = path.resolve(__dirname, "../../../app");
/** The real engine, base image and application. Uses Docker like `npm run local`, and may run beside it. */
describe("sandbox/docker: with a real engine", function () {
  this.timeout(900_000);
  const lines: string[] = [];
  const progress = (line: string) => lines.push(line);
  const hadBridge = fs.existsSync("/sys/class/net/docker0");
  let home: string;
  let docker: DockerEnvironment;
  let name: string;
  /** No registry listens there: the names only mark what is removed with a sandbox. Unique to each run. */
  let host: string;

  function env(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return { ...process.env, ...docker.environment, ...extra };
  }
  /** Runs the chosen client. @returns Its output. */
  async function client(...args: string[]): Promise<string> {
    return (await runOrThrow(path.join(docker.binDirectory, "docker"), args, { env: env() })).trim();
  }
  async function until(what: string, timeoutMs: number, check: () => Promise<boolean>): Promise<void> {
    assert.ok(await waitUntil(check, timeoutMs, 100), `${what} took more than ${timeoutMs} ms`);
  }

  before(async () => {
    home = temporaryDirectory();
    host = `127.0.0.1:${await freePort()}`;
    name = `sandbox-test-${process.pid}`;
    docker = await ensureDocker({ home, progress });
    await ensureBaseImage({ home, docker, progress });
  });

  after(async () => {
    if (docker !== undefined) {
      await removeImagesOf({ docker, registryHosts: [host], progress });
      await removeBaseImage({ home, docker, progress });
      const last = otherUsers(home).length === 0;
      const { stopped, remaining } = await releaseDocker(home, progress);
      assert.equal(stopped, docker.startedByUs && last);
      assert.ok(!remaining.includes(home));
      if (stopped) {
        assert.equal(runningDaemon(HOST_WIDE_DAEMON), undefined);
        const left = [HOST_WIDE_DAEMON.directory, HOST_WIDE_DAEMON.runDirectory, "/var/run/docker.sock"];
        assert.deepEqual(
          left.filter((file) => fs.existsSync(file)),
          [],
        );
        assert.equal(
          fs.existsSync("/sys/class/net/docker0"),
          hadBridge,
          "the bridge goes with the daemon that made it",
        );
      }
    }
    removeTemporary();
  });

  it("is reused within 5 s, by two sandboxes at once", async () => {
    const second = temporaryDirectory();
    const started = Date.now();
    const [again, other] = await Promise.all([
      ensureDocker({ home, progress }),
      ensureDocker({ home: second, progress }),
    ]);
    assert.deepEqual(again, docker);
    assert.equal(other.dockerHost, docker.dockerHost);
    assert.ok(otherUsers(home).includes(second));
    assert.deepEqual((await ensureBaseImage({ home, docker, progress })).origin, "present");
    assert.ok(Date.now() - started < 5_000, `${Date.now() - started} ms`);

    const { stopped, remaining } = await releaseDocker(second);
    assert.equal(stopped, false, "this sandbox still uses it");
    assert.ok(remaining.includes(home));
    assert.equal(await client("version", "--format", "{{.Server.Os}}"), "linux");
  });

  it("has a base image with Node 22, a user and certificates", async () => {
    // Docker Hub's slim image comes without certificates; Node has its own.
    const made = await client(
      "inspect",
      "--format",
      '{{index .Config.Labels "org.opencontainers.image.title"}}',
      BASE_IMAGE,
    );
    const bundle = made === "Node for the sandbox" ? "/etc/ssl/certs/ca-certificates.crt" : "/etc/hostname";
    const script = `
      const fs = require("node:fs");
      const user = fs.readFileSync("/etc/passwd", "utf8").includes("node:x:1000:1000:");
      const version = process.version.split(".")[0];
      console.log(JSON.stringify([version, process.getuid(), user, fs.statSync("/tmp").mode & 0o7777, fs.statSync("${bundle}").size > 0]));
    `;
    const output = await client("run", "--rm", "--user", "1000:1000", BASE_IMAGE, "node", "-e", script);
    assert.deepEqual(JSON.parse(output), ["v22", 1000, true, 0o1777, true]);
  });

  it("has a base image that lists its Debian packages as dpkg does", async () => {
    // Docker Hub's slim image has packages without a folder in /usr/share/doc.
    const script = `
      const fs = require("node:fs");
      const status = fs.readFileSync("/var/lib/dpkg/status", "utf8").trim().split("\\n\\n");
      const field = (paragraph, name) => new RegExp("^" + name + ": (.*)$", "m").exec(paragraph)?.[1];
      const packages = Object.fromEntries(status.map((each) => [field(each, "Package"), each]));
      console.log(JSON.stringify({
        states: [...new Set(status.map((each) => field(each, "Status")))],
        unlisted: fs.readdirSync("/usr/share/doc").filter((name) => packages[name] === undefined),
        libc: field(packages.libc6, "Version"),
        running: process.report.getReport().header.glibcVersionRuntime,
      }));
    `;
    const { states, unlisted, libc, running } = JSON.parse(
      await client("run", "--rm", BASE_IMAGE, "node", "-e", script),
    );
    assert.deepEqual(states, ["install ok installed"]);
    assert.deepEqual(unlisted, []);
    assert.ok(libc.startsWith(`${running}-`), `${libc} is listed, ${running} runs`);
  });

  for (const [builder, buildKit] of [
    ["BuildKit", "1"],
    ["the classic builder", "0"],
  ] as const) {
    it(`builds the application with ${builder}, which runs as an unprivileged user with a read-only file system`, async function () {
      const image = `${host}/${name}:${buildKit}`;
      const build = ["build", "--build-arg", `NODE_IMAGE=${BASE_IMAGE}`, "--tag", image, application];
      const built = await run(path.join(docker.binDirectory, "docker"), build, {
        env: env({ DOCKER_BUILDKIT: buildKit }),
      });
      if (buildKit === "0" && /legacy builder.*(removed|not supported)/i.test(built.stderr)) {
        this.skip(); // an engine that no longer has it
      }
      assert.equal(built.code, 0, built.stderr);
      const container = await client(
        ...["run", "--detach", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
        ...["--health-interval", "1s", "--publish", "127.0.0.1::8080", image],
      );
      try {
        const published = (await client("port", container, "8080/tcp")).split("\n")[0];
        let page = "";
        await until("the first page", 10_000, async () => {
          page = await fetch(`http://${published}/`, { signal: AbortSignal.timeout(2_000) }).then(
            (response) => response.text(),
            () => "",
          );
          return page !== "";
        });
        assert.match(page, /<title>Pet Clinic<\/title>/);
        assert.equal(await client("inspect", "--format", "{{.Config.User}}", container), "1000:1000");
        await until("the health check", 20_000, async () => {
          return (await client("inspect", "--format", "{{.State.Health.Status}}", container)) === "healthy";
        });

        // Docker kills a container that has not ended after 2 s; its exit code is then 137.
        await client("stop", "--time", "2", container);
        assert.equal(await client("inspect", "--format", "{{.State.ExitCode}}", container), "0");
      } finally {
        await client("rm", "--force", "--volumes", container);
      }
    });
  }

  it("leaves unneeded files out of the image", async () => {
    const files = await client(
      "run",
      "--rm",
      `${host}/${name}:1`,
      "node",
      "-p",
      'require("fs").readdirSync("/app").sort().join()',
    );
    assert.equal(files, "healthcheck.js,package.json,public,server.js,src");
  });

  it("removes a sandbox's images and their containers, but not the user's own images", async () => {
    const own = `${name}:own`;
    await client("tag", `${host}/${name}:1`, `${host}/${name}:latest`);
    await client("tag", `${host}/${name}:0`, own);
    try {
      const container = await client("run", "--detach", `${host}/${name}:latest`);
      const removed = await removeImagesOf({ docker, registryHosts: [host], progress });
      assert.equal(removed.containers, 1);
      assert.deepEqual(removed.references.sort(), [`${host}/${name}:0`, `${host}/${name}:1`, `${host}/${name}:latest`]);
      assert.equal(await client("image", "ls", "--quiet", "--filter", `reference=${host}/${name}`), "");
      assert.equal(await client("ps", "--all", "--quiet", "--no-trunc", "--filter", `id=${container}`), "");
      assert.notEqual(await client("image", "ls", "--quiet", own), "");
    } finally {
      await client("rmi", own);
    }
  });
});
