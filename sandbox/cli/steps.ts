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
/** Milliseconds that need no word. */
const shortInterval = 2000;
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
        const clock = startClock(title, show, { moves: !quiet && process.stdout.isTTY === true, quiet });
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
  { moves, quiet }: { moves: boolean; quiet: boolean },
): { progress: Progress; stop: () => void } {
  const started = Date.now();
  // A line that stays has no name of its step before it.
  let message = moves || quiet ? "at work" : title;
  // Where the step's beginning is not shown, the first word comes as soon as there is something to wait for.
  let shownAt = quiet ? started + shortInterval - lineInterval : started;
  let isToldOf = false;
  const tell = (line: string) => {
    shownAt = Date.now();
    isToldOf = true;
    show(line);
  };
  const tellTime = () => {
    const now = Date.now();
    if (now - started >= shortInterval && (moves || now - shownAt >= lineInterval))
      tell(`${message} (${Math.round((now - started) / 1000)} s)`);
  };
  const timer = setInterval(tellTime, movingInterval);
  timer.unref();
  return {
    progress: (line) => {
      message = line;
      if (moves || !isToldOf || Date.now() - shownAt >= messageInterval) tell(line);
    },
    stop: () => clearInterval(timer),
  };
}
