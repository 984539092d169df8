import { setTimeout as pause } from "node:timers/promises";
import { refuseWhenInterrupted } from "./interruption";

/**
 * Asks again and again until the answer is yes. False when the time is over, after one more question; an error of the
 * question ends the wait, and so does a signal.
 * @param timeoutMs In milliseconds.
 * @param pauseMs Milliseconds between two questions. Default 50.
 */
export async function waitUntil(
  isSo: () => boolean | Promise<boolean>,
  timeoutMs: number,
  pauseMs = 50,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() >= deadline) {
      return false;
    }
    await pause(pauseMs);
    refuseWhenInterrupted();
  }
  return true;
}
