import { setTimeout as pause } from "node:timers/promises";
import { refuseWhenInterrupted } from "./interruption";

/**
 * Polls until the condition is true. Returns false on timeout, after one last check; an error in the check ends the
 * wait, and so does a signal.
 * @param timeoutMs In milliseconds.
 * @param pauseMs Milliseconds between checks. Default 50.
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
