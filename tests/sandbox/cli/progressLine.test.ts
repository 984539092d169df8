import assert from "node:assert/strict";
import { PassThrough } from "node:stream";

type StartProgress = (what: string, mostlyShort: boolean, stream: unknown) => { stop: () => void };

describe("the progress line", () => {
  let startProgress: StartProgress;
  before(async () => {
    ({ startProgress } = await import("../../../sandbox/progressLine.mjs" as string));
  });

  /** What is written immediately to a stream of this kind. */
  function written(what: string, kind: { isTTY: boolean; columns?: number }): string {
    const stream = Object.assign(new PassThrough({ encoding: "utf8" }), kind);
    startProgress(what, false, stream).stop();
    return String(stream.read());
  }
  const long = "x".repeat(200);

  it("does not wrap in a terminal: only its last row would be cleared", () => {
    assert.equal(written(long, { isTTY: true, columns: 40 }), `\r\x1b[K… ${"x".repeat(37)}\r\x1b[K`);
    assert.equal(written("short", { isTTY: true, columns: 40 }), "\r\x1b[K… short\r\x1b[K");
  });

  it("is not truncated elsewhere", () => {
    assert.equal(written(long, { isTTY: false }), `… ${long}\n`);
  });
});
