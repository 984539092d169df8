import { canMove, clearMovingLine, printError, showMovingLine } from "./terminal";

/** Milliseconds before anything is shown, between updates of a moving line, and between lines in a log. */
const patience = 1_000;
const frame = 200;
const lineInterval = 20_000;

/**
 * Shows an activity and its duration once it takes longer than a moment: in a terminal as a moving line that is removed
 * afterwards, elsewhere as a line at intervals. Written to stderr, so that results are unchanged.
 *
 * @param what `reads the images of 3 repositories`.
 * @param work Gets a function to report its current activity.
 */
export async function withProgress<T>(what: string, work: (report: (now: string) => void) => Promise<T>): Promise<T> {
  const began = Date.now();
  let now = what;
  let lastReport = began + patience - lineInterval;
  const timer = setInterval(
    () => {
      const elapsed = Date.now() - began;
      if (elapsed < patience) return;
      const line = `… ${now} (${Math.round(elapsed / 1000)} s)`;
      if (canMove()) showMovingLine(line);
      else if (Date.now() - lastReport >= lineInterval) {
        lastReport = Date.now();
        printError(line);
      }
    },
    canMove() ? frame : patience,
  );
  try {
    return await work((text) => {
      now = text;
    });
  } finally {
    clearInterval(timer);
    clearMovingLine();
  }
}
