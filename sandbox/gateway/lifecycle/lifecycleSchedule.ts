import type { ImageDependencies } from "../images/imageDependencies";
import { runLifecycles } from "./lifecycleRuns";

/** How often the gateway checks for due policies, on the system clock. */
const pollMilliseconds = 60_000;

/** Runs lifecycle policies when they are due, one check at a time. Its timer does not keep the process alive. */
export class LifecycleSchedule {
  private readonly timer: NodeJS.Timeout;
  private running: Promise<void> = Promise.resolve();
  private busy = false;

  /** @param everyMilliseconds Interval between checks. @default 60,000 */
  constructor(context: ImageDependencies, everyMilliseconds = pollMilliseconds) {
    this.timer = setInterval(() => {
      if (!this.busy) {
        this.busy = true;
        this.running = runLifecycles(context, "due").then(
          () => {
            this.busy = false;
          },
          (error: unknown) => {
            this.busy = false;
            context.log(`lifecycle: ${error instanceof Error ? error.stack : String(error)}`);
          },
        );
      }
    }, everyMilliseconds);
    this.timer.unref();
  }

  /** Stops checking, and waits for a run in progress: it must not use a closed store. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }
}
