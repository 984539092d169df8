import assert from "node:assert/strict";
import { statusWriter } from "../../../sandbox/providers/docker/progress";

describe("docker stand-in: progress", () => {
  it("shows every message, but byte counts only once a second", () => {
    const shown: string[] = [];
    let now = 0;
    const show = statusWriter(
      (text) => shown.push(text),
      () => now,
    );
    for (; now <= 2000; now += 100) show({ text: `Pushing at ${now}`, progress: true });
    show({ text: "Pushed", progress: false });
    show({ text: "", progress: false });
    assert.deepEqual(shown, ["Pushing at 0", "Pushing at 1000", "Pushing at 2000", "Pushed"]);
  });
});
