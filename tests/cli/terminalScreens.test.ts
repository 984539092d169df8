import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { lifecycleSnapshotText } from "../../ecr/lifecyclePolicy";
import { bundle, environmentIn } from "./bundledCli";
import { reportInputs } from "./reportFixture";

const pty = path.join(__dirname, "pseudoTerminal.py");
const esc = String.fromCharCode(27);

/** The commands as a user sees them in a terminal. */
describe("ecr in a terminal", function () {
  this.timeout(120_000);
  let folder: string;
  let cli: string;
  before(async () => {
    cli = await bundle();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-screens-"));
    fs.writeFileSync(path.join(folder, "images.json"), lifecycleSnapshotText(reportInputs().snapshot));
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: ecr\n");
    fs.mkdirSync(path.join(folder, "policies/config"), { recursive: true });
    fs.writeFileSync(path.join(folder, "policies/config/dev.json"), "{}");
    fs.writeFileSync(path.join(folder, "Pulumi.dev.yaml"), "config: {}\n");
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  const environment = (more: NodeJS.ProcessEnv = {}) => ({
    ...environmentIn(folder),
    PATH: process.env["PATH"],
    TERM: "xterm",
    ...more,
  });

  function screen(columns: number, args: string[], more: NodeJS.ProcessEnv = {}) {
    const { stdout } = spawnSync("python3", [pty, String(columns), "--", process.execPath, cli, ...args], {
      cwd: folder,
      encoding: "utf8",
      env: environment(more),
    });
    return stdout;
  }

  const preview = ["lifecycle", "preview", "--images", "images.json", "--at", "2026-06-01T00:00:00Z", "--limit", "3"];

  for (const columns of [40, 80, 100, 200]) {
    it(`fits lifecycle preview into ${columns} columns, as recorded`, () => {
      const shown = screen(columns, preview, { NO_COLOR: "1" });
      // Sentences outside tables are left for the terminal to wrap.
      const rows = shown
        .split("\n")
        .filter((line) => !/^ {2}(CHECK|DEPLOYED|RELEASE|nothing|and|not known)|^\S+ \(/.test(line));
      for (const line of rows) assert.ok(line.length <= columns, line);
      const file = path.join(__dirname, `screens/lifecycle-${columns}.txt`);
      if (process.env["RECORD"]) fs.writeFileSync(file, shown);
      assert.equal(shown, fs.readFileSync(file, "utf8"));
    });
  }

  it("uses colors in a terminal, and none with NO_COLOR, in a pipe or in a dumb terminal", () => {
    assert.ok(screen(80, preview).includes(`${esc}[`));
    for (const more of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) assert.ok(!screen(80, preview, more).includes(esc));
    const piped = (more = {}) =>
      spawnSync(process.execPath, [cli, ...preview], { cwd: folder, encoding: "utf8", env: environment(more) }).stdout;
    assert.ok(!piped().includes(esc));
    assert.ok(piped({ FORCE_COLOR: "1" }).includes(esc));
  });

  it("shows slow steps in a line that updates in place, and Ctrl-C ends it with 130 and one line", async () => {
    // An AWS endpoint that never answers.
    const server = http.createServer(() => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const env = environment({
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: "AKIA",
      AWS_SECRET_ACCESS_KEY: "x",
    });
    const command = [process.execPath, cli, "preview", "dev"];
    const child = spawn("python3", [pty, "80", "--key", "(2 s):\\x03", "--", ...command], { cwd: folder, env });
    let shown = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      shown += text;
    });
    await new Promise((resolve) => child.on("close", resolve));
    server.closeAllConnections();
    server.close();
    assert.match(shown, /… asking AWS who you are \(1 s\)\r.*… asking AWS who you are \(2 s\)/s);
    assert.ok(shown.endsWith(`${esc}[2KInterrupted.\nexit 130\n`), JSON.stringify(shown.slice(-200)));
  });

  it("writes slow steps to a log as an occasional line", async () => {
    const server = http.createServer((_, response) => setTimeout(() => response.writeHead(403).end("<a/>"), 2_500));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const env = { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "x" };
    const child = spawn(process.execPath, [cli, "preview", "dev"], {
      cwd: folder,
      env: { ...environment(env), PATH: "/nonexistent" },
    });
    let output = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    await new Promise((resolve) => child.on("close", resolve));
    server.close();
    assert.match(output, /^… asking AWS who you are \(\d s\)\nAWS: /);
    assert.ok(!output.includes(esc));
  });
});
