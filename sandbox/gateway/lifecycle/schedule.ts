import type { GatewayContext } from "../context";
import { runLifecycles } from "./runs";

/** How often the gateway looks for policies that are due, on the system's clock. */
const lookMilliseconds = 60_000;

/** Runs lifecycle policies when they are due, one look at a time. Nothing keeps the process alive for it. */
export class LifecycleSchedule {
  private readonly timer: NodeJS.Timeout;
  private running: Promise<void> = Promise.resolve();
  private busy = false;

  /** @param everyMilliseconds How often it looks. @default 60,000 */
  constructor(context: GatewayContext, everyMilliseconds = lookMilliseconds) {
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

  /** Stops looking, and waits for a run under way: it must not meet a closed store. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }
}
