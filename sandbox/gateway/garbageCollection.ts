import { run } from "../system/commands";
import type { GarbageCollectionConfig } from "./config";

/** How long nobody may have asked for anything: a client that finds a layer there takes its time to name it in a manifest. */
const idleMilliseconds = 5 * 60 * 1000;

/** A collection that takes longer than this is given up: requests wait for it. */
const patienceMilliseconds = 60_000;

/**
 * Frees the layers of deleted images with Distribution's garbage collector, which must not run while anybody writes. So
 * it runs when something was deleted and nothing has been asked for five minutes; requests that come meanwhile wait.
 */
export class GarbageCollection {
  private readonly timer: NodeJS.Timeout;
  private underWay = 0;
  private lastRequest = Date.now();
  private collecting: Promise<void> = Promise.resolve();

  /** Whether something was deleted since the last collection. */
  garbage = false;

  /**
   * @param config Absent: nothing is collected here; Distribution's next start does it.
   * @param idle Milliseconds without requests before a collection. @default 5 minutes
   */
  constructor(
    private readonly config: GarbageCollectionConfig | undefined,
    private readonly log: (message: string) => void,
    private readonly idle = config?.idleMilliseconds ?? idleMilliseconds,
  ) {
    this.timer = setInterval(() => void this.collectWhenIdle(), Math.max(this.idle / 4, 50));
    this.timer.unref();
  }

  /** Runs a request, after a collection that is under way. */
  async during<T>(request: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    try {
      await this.collecting;
      return await request();
    } finally {
      this.underWay -= 1;
      this.lastRequest = Date.now();
    }
  }

  /** Collects nothing any more; a collection under way is waited for. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.collecting;
  }

  private async collectWhenIdle(): Promise<void> {
    const { config } = this;
    const isIdle = this.underWay === 0 && Date.now() - this.lastRequest >= this.idle;
    if (config === undefined || !this.garbage || !isIdle) return;
    this.garbage = false;
    this.collecting = this.collect(config);
    await this.collecting;
  }

  private async collect({ command, args }: GarbageCollectionConfig): Promise<void> {
    const env = { PATH: process.env["PATH"], OTEL_TRACES_EXPORTER: "none" };
    const { code, stderr } = await run(command, args, { env, timeoutMs: patienceMilliseconds });
    this.log(code === 0 ? "freed the layers of deleted images" : `could not free layers (${code}): ${stderr.trim()}`);
  }
}
