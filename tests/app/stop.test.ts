import assert from "node:assert/strict";
import * as net from "node:net";
import { type RunningServer, startServer } from "./server";

const FORM = "firstName=Ada&lastName=Byron&address=1+Test+Row&city=Testville&telephone=555+0199";

/** A raw connection, for sending a request in pieces. */
function connect(port: number): Promise<{ socket: net.Socket; received: () => string; closed: Promise<void> }> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1", () => resolve({ socket, received: () => text, closed }));
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    socket.once("error", reject);
    const closed = new Promise<void>((done) => socket.once("close", () => done()));
  });
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function beginForm(socket: net.Socket): void {
  socket.write(
    "POST /owners/new HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n" +
      `Content-Length: ${FORM.length}\r\n\r\n${FORM.slice(0, 20)}`,
  );
}

describe("app: shutdown", () => {
  let server: RunningServer;
  beforeEach(async () => {
    server = await startServer();
  });
  afterEach(() => server.stop());

  it("exits at once with code 0 on SIGTERM when no request is running, even with idle connections", async () => {
    const idle = await connect(server.port);
    idle.socket.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    await pause(100);
    const started = Date.now();
    server.process.kill("SIGTERM");
    assert.equal(await server.ended, 0);
    assert.ok(Date.now() - started < 1_000, `${Date.now() - started} ms`);
    assert.match(idle.received(), /^HTTP\/1\.1 200/);
  });

  it("stops accepting connections, reports 503 on /healthz and finishes the request in flight", async () => {
    const form = await connect(server.port);
    const health = await connect(server.port);
    beginForm(form.socket);
    health.socket.write("GET /healthz HTTP/1.1\r\nHo");
    await pause(100);
    server.process.kill("SIGTERM");
    await pause(200);

    await assert.rejects(connect(server.port), /ECONNREFUSED/);
    health.socket.write("st: x\r\n\r\n");
    await health.closed;
    assert.match(health.received(), /^HTTP\/1\.1 503 [\s\S]*"status":"stopping"/);
    form.socket.write(FORM.slice(20));
    await form.closed;
    assert.match(form.received(), /^HTTP\/1\.1 303 [\s\S]*Location: \/owners\/13\?done=owner-added/);
    assert.equal(await server.ended, 0);
  });

  it("cuts off a request that is still unfinished after 5 s and exits with code 1", async function () {
    this.timeout(15_000);
    const form = await connect(server.port);
    beginForm(form.socket);
    await pause(100);
    const started = Date.now();
    server.process.kill("SIGTERM");
    assert.equal(await server.ended, 1);
    const took = Date.now() - started;
    assert.ok(took >= 4_500 && took < 8_000, `${took} ms`);
    await form.closed;
    assert.match(server.output(), /unfinished requests were cut off/);
  });

  it("also stops on SIGINT (Ctrl-C)", async () => {
    server.process.kill("SIGINT");
    assert.equal(await server.ended, 0);
  });
});
