import { canMove, clearMovingLine, printError, showMovingLine } from "./terminal";

/** Milliseconds before anything is said, between two pictures of a moving line, and between two lines in a log. */
const patience = 1_000;
const frame = 200;
const lineInterval = 20_000;

/**
 * Says what is done and for how long, as soon as it takes more than a moment: in a terminal as a line that moves and is gone
 * afterwards, elsewhere as a line now and then. On standard error, so that results stay what they are.
 *
 * @param what `reads the images of 3 repositories`.
 * @param work Gets a function that says what it is at by now.
 */
export async function during<T>(what: string, work: (tell: (now: string) => void) => Promise<T>): Promise<T> {
  const began = Date.now();
  let now = what;
  let told = began + patience - lineInterval;
  const timer = setInterval(
    () => {
      const elapsed = Date.now() - began;
      if (elapsed < patience) return;
      const line = `… ${now} (${Math.round(elapsed / 1000)} s)`;
      if (canMove()) showMovingLine(line);
      else if (Date.now() - told >= lineInterval) {
        told = Date.now();
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
