import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { openEventLog } from "../../cli/environments/eventLog";

describe("the event log of npm run up", () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "event-log-"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));
  const event = (severity: string, message: string) =>
    `${JSON.stringify({ diagnosticEvent: { severity, message } })}\n`;

  it("gives errors and warnings, and is a pipe that only its owner can read: nothing is on disk", async () => {
    const file = path.join(folder, "events");
    const log = openEventLog(file);
    assert.deepEqual(log?.args, ["--event-log", file]);
    const { mode } = fs.statSync(file);
    assert.ok(fs.statSync(file).isFIFO());
    assert.equal(mode & 0o777, 0o600);
    const more = "x".repeat(100_000);
    await fs.promises.appendFile(
      file,
      `${event("error", "bad") + event("info", "no") + event("warning", more)}{"resourcePreEvent":{"a":"token"}}\n`,
    );
    assert.deepEqual((await log?.end())?.diagnostics, ["bad", more]);
  });

  it("keeps the events before a truncated line", async () => {
    const file = path.join(folder, "events");
    const log = openEventLog(file);
    fs.appendFileSync(file, `${event("error", "bad")}{"diagnosticEvent":{"sev`);
    assert.deepEqual((await log?.end())?.diagnostics, ["bad"]);
  });

  it("ends even if nothing was written", async () => {
    assert.deepEqual((await openEventLog(path.join(folder, "events"))?.end())?.diagnostics, []);
  });
});
