import { Listr, PRESET_TIMER } from "listr2";
import { Interrupted, orInterrupted, refuseWhenInterrupted } from "../system/interruption";
import type { Progress } from "../system/progress";

/** A step of a command. */
export interface Step {
  title: string;
  /** Default: never. */
  skip?: () => boolean;
  task: (display: StepDisplay) => Promise<unknown>;
}

/** The display of a step. */
export interface StepDisplay {
  /** Reports the current activity. */
  progress: Progress;
  /** Replaces the step's title. */
  rename: (title: string) => void;
}

export interface StepsOptions {
  /** Run the steps in parallel. Default: sequentially. */
  concurrent?: boolean;
  /** Keeps stdout free: only a step's own messages are shown, on stderr. Default: false. */
  quiet?: boolean;
}

/** Milliseconds between reports of a step's elapsed time: for a line that is redrawn, and for lines that stay. */
const movingInterval = 1000;
/** Steps shorter than this are not reported (milliseconds). */
const shortInterval = 2000;
const lineInterval = 10_000;
/** Milliseconds between a step's messages when each stays as a line: a build sends hundreds. */
const messageInterval = 5000;

/**
 * Runs steps and shows their names, activity, and duration: with spinners on a terminal, otherwise one line for each
 * event.
 *
 * @throws Interrupted after a signal, once the running steps have ended.
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
        const clock = startClock(title, show, { moves: !quiet && process.stdout.isTTY === true, quiet });
        const rename = (name: string) => {
          shown.title = name;
        };
        try {
          await orInterrupted(task({ progress: clock.progress, rename }));
        } catch (error) {
          // The command reports it in a single line.
          if (error instanceof Interrupted) shown.skip();
          else throw error;
        } finally {
          clock.stop();
        }
      },
    })),
    {
      concurrent,
      // It would end the process immediately, with its own exit code.
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

/** Shows a step's messages and elapsed time. */
function startClock(
  title: string,
  show: (line: string) => void,
  { moves, quiet }: { moves: boolean; quiet: boolean },
): { progress: Progress; stop: () => void } {
  const started = Date.now();
  // A line that stays has no step name in front of it.
  let message = moves || quiet ? "at work" : title;
  // When the step's start is not shown, the first message appears as soon as there is something to wait for.
  let shownAt = quiet ? started + shortInterval - lineInterval : started;
  let isReported = false;
  const report = (line: string) => {
    shownAt = Date.now();
    isReported = true;
    show(line);
  };
  const reportTime = () => {
    const now = Date.now();
    if (now - started >= shortInterval && (moves || now - shownAt >= lineInterval)) {
      report(`${message} (${Math.round((now - started) / 1000)} s)`);
    }
  };
  const timer = setInterval(reportTime, movingInterval);
  timer.unref();
  return {
    progress: (line) => {
      message = line;
      if (moves || !isReported || Date.now() - shownAt >= messageInterval) report(line);
    },
    stop: () => clearInterval(timer),
  };
}
