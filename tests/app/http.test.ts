import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as net from "node:net";
import * as path from "node:path";
import { type RunningServer, startServer } from "./server";

const OWNER = { firstName: "Ada", lastName: "Byron", address: "1 Test Row", city: "Testville", telephone: "555 0199" };
const FORM = "application/x-www-form-urlencoded";

describe("app: HTTP", () => {
  let server: RunningServer;
  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  it("answers /healthz with JSON", async () => {
    const { status, headers, body } = await server.get("/healthz");
    assert.equal(status, 200);
    assert.equal(headers["content-type"], "application/json");
    assert.deepEqual(JSON.parse(body), { status: "ok" });
  });

  it("sends the security headers with pages, files, redirects and errors", async () => {
    const answers = [
      await server.get("/"),
      await server.get("/styles.css"),
      await server.get("/nowhere"),
      await server.post("/owners/new", OWNER),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 404, 303],
    );
    for (const { headers } of answers) {
      assert.match(String(headers["content-security-policy"]), /default-src 'none'.*frame-ancestors 'none'/);
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["referrer-policy"], "same-origin");
    }
  });

  it("has no inline script or style that its own content security policy would block", async () => {
    for (const target of ["/", "/owners", "/owners/1", "/owners/new", "/owners/1/pets/1/visits/new", "/vets"]) {
      const { body } = await server.get(target);
      assert.doesNotMatch(body, /<script|<style|\sstyle=|\son\w+=|javascript:/i, target);
    }
  });

  for (const target of [
    "/nowhere",
    "/owners/0",
    "/owners/999",
    "/owners/abc",
    "/owners/1/pets/999/visits/new",
    "/owners/2/pets/1/visits/new",
    "/../server.js",
    "/public/styles.css",
    "/%2e%2e/server.js",
  ]) {
    it(`answers ${target} with the 404 page`, async () => {
      const { status, body } = await server.get(target);
      assert.equal(status, 404);
      assert.match(body, /<title>Not Found · Pet Clinic/);
    });
  }

  it("answers unsupported methods with 405 and an Allow header", async () => {
    const list = await server.request("DELETE", "/owners");
    assert.deepEqual([list.status, list.headers.allow], [405, "GET, HEAD"]);
    const form = await server.request("PUT", "/owners/new");
    assert.deepEqual([form.status, form.headers.allow], [405, "GET, HEAD, POST"]);
  });

  it("answers HEAD with the headers of GET and no body", async () => {
    const get = await server.get("/vets");
    const head = await server.request("HEAD", "/vets");
    assert.deepEqual([head.status, head.body], [200, ""]);
    assert.equal(head.headers["content-length"], get.headers["content-length"]);
  });

  it("rejects request targets that are not paths", async () => {
    assert.equal((await server.get("//elsewhere.example/owners")).status, 400);
    assert.equal((await server.request("OPTIONS", "*")).status, 400);
  });

  it("rejects forms above 16 KiB, with and without a declared length", async () => {
    const body = `firstName=${"x".repeat(16 * 1024)}`;
    assert.equal((await server.request("POST", "/owners/new", { "Content-Type": FORM }, body)).status, 413);
    const chunked = { "Content-Type": FORM, "Transfer-Encoding": "chunked" };
    assert.equal((await server.request("POST", "/owners/new", chunked, body)).status, 413);
    assert.equal((await server.get("/healthz")).status, 200);
  });

  it("rejects other content types and broken encodings", async () => {
    const post = (type: string, body: string) => server.request("POST", "/owners/new", { "Content-Type": type }, body);
    assert.equal((await post("application/json", "{}")).status, 415);
    assert.equal((await post(FORM, "firstName=%E0%A4")).status, 400);
    assert.equal((await post(FORM, "firstName=%")).status, 400);
  });

  it("rejects a form posted from another site and accepts its own", async () => {
    const own = `http://127.0.0.1:${server.port}`;
    const cases: [Record<string, string>, number][] = [
      [{ "Sec-Fetch-Site": "cross-site" }, 403],
      [{ "Sec-Fetch-Site": "same-site" }, 403],
      [{ Origin: "https://evil.example" }, 403],
      [{ Origin: "null" }, 403],
      [{ "Sec-Fetch-Site": "same-origin", Origin: own }, 303],
      [{ Origin: own }, 303],
      [{}, 303],
    ];
    for (const [headers, status] of cases) {
      assert.equal((await server.post("/owners/new", OWNER, headers)).status, status, JSON.stringify(headers));
    }
  });

  it("survives a client that hangs up in the middle of a form", async () => {
    const socket = net.connect(server.port, "127.0.0.1");
    socket.write(`POST /owners/new HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\nContent-Length: 100\r\n\r\nfirst`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal((await server.get("/healthz")).status, 200);
    assert.doesNotMatch(server.output(), /"level":"error"/);
  });

  it("does not let a request forge log lines", async () => {
    await server.get("/owners?q=%0A%7B%22level%22%3A%22forged%22%7D");
    for (const line of server.output().trim().split("\n")) {
      assert.notEqual((JSON.parse(line) as { level: string }).level, "forged");
    }
  });

  it("has a health check that succeeds on the running server and fails without one", async () => {
    const check = (port: number) =>
      spawnSync(process.execPath, [path.resolve(__dirname, "../../app/healthcheck.js")], {
        env: { ...process.env, PORT: String(port) },
      }).status;
    assert.equal(check(server.port), 0);
    const closed = await new Promise<number>((resolve) => {
      const probe = net.createServer().listen(0, "127.0.0.1", () => {
        const address = probe.address();
        probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
      });
    });
    assert.equal(check(closed), 1);
  });

  it("refuses to start with an invalid PORT", () => {
    const { status, stdout } = spawnSync(process.execPath, ["server.js"], {
      cwd: path.resolve(__dirname, "../../app"),
      env: { ...process.env, PORT: "80a" },
      encoding: "utf8",
      timeout: 5_000,
    });
    assert.equal(status, 1);
    assert.match(stdout, /PORT is .*80a.*; it must be a number from 0 to 65535/);
  });
});
