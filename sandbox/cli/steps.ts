import { Listr, PRESET_TIMER } from "listr2";
import { Interrupted, orInterrupted, refuseWhenInterrupted } from "../system/interruption";
import type { Progress } from "../system/progress";

/** One step of a command. */
export interface Step {
  title: string;
  /** Default: never. */
  skip?: () => boolean;
  task: (display: StepDisplay) => Promise<unknown>;
}

/** What a step shows of itself. */
export interface StepDisplay {
  /** Says what is being done. */
  progress: Progress;
  /** Puts another title in place of the step's. */
  rename: (title: string) => void;
}

export interface StepsOptions {
  /** Side by side. Default: one after the other. */
  concurrent?: boolean;
  /** Leaves standard output alone: only what a step says of itself is told, on standard error. Default: false. */
  quiet?: boolean;
}

/** Milliseconds between two times that a step says for how long it has been at it: where a line moves, and where each stays. */
const movingInterval = 1000;
const lineInterval = 10_000;
/** Milliseconds between two messages of a step where each stays a line: a build sends hundreds. */
const messageInterval = 5000;

/**
 * Does steps, and shows their names, what they are doing and for how long: with spinners on a terminal, one line for each
 * event elsewhere.
 *
 * @throws Interrupted when a signal came; the steps that were at work have ended then.
 */
export async function runSteps(steps: readonly Step[], options: StepsOptions = {}): Promise<void> {
  const { concurrent = false, quiet = false } = options;
  const list = new Listr<object, "default" | "silent">(
    steps.map(({ title, skip, task }) => ({
      title,
      skip: () => skip?.() ?? false,
      task: async (_, shown) => {
        const show = (line: string) => {
          if (quiet) console.error(`${title}: ${line}`);
          else shown.output = line;
        };
        const clock = startClock(title, show, !quiet && process.stdout.isTTY === true);
        const rename = (name: string) => {
          shown.title = name;
        };
        try {
          await orInterrupted(task({ progress: clock.progress, rename }));
        } catch (error) {
          // The command's one line says it.
          if (error instanceof Interrupted) shown.skip();
          else throw error;
        } finally {
          clock.stop();
        }
      },
    })),
    {
      concurrent,
      // It would end the process, with an exit code of its own, and wait for nothing.
      registerSignalListeners: false,
      renderer: quiet ? "silent" : "default",
      rendererOptions: { timer: PRESET_TIMER, collapseErrors: false },
      fallbackRenderer: "simple",
      fallbackRendererOptions: { timer: PRESET_TIMER },
    },
  );
  await list.run();
  refuseWhenInterrupted();
}

/** Shows what a step says of itself, and for how long it has been at it. */
function startClock(
  title: string,
  show: (line: string) => void,
  moves: boolean,
): { progress: Progress; stop: () => void } {
  const started = Date.now();
  // A moving line stands below its step's title.
  let message = moves ? "at work" : title;
  let shownAt = Number.NEGATIVE_INFINITY;
  const tell = (line: string) => {
    shownAt = Date.now();
    show(line);
  };
  const tellTime = () => {
    const now = Date.now();
    const isDue = moves || now - Math.max(shownAt, started) >= lineInterval;
    if (isDue && now - started >= 2 * movingInterval) tell(`${message} (${Math.round((now - started) / 1000)} s)`);
  };
  const timer = setInterval(tellTime, movingInterval);
  timer.unref();
  return {
    progress: (line) => {
      message = line;
      if (moves || Date.now() - shownAt >= messageInterval) tell(line);
    },
    stop: () => clearInterval(timer),
  };
}
