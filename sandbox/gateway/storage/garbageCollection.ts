import { run } from "../../system/commands";
import type { GarbageCollectionConfig } from "../config";

/**
 * Required idle time: a client that found a layer in the registry may take a while to push the manifest that uses it.
 */
const idleMilliseconds = 5 * 60 * 1000;

/** A collection that takes longer is aborted, because requests wait for it. */
const timeoutMilliseconds = 60_000;

/**
 * Frees the layers of deleted images with Distribution's garbage collector, which must not run during writes. It runs
 * after a deletion once there have been no requests for five minutes; requests that arrive meanwhile wait.
 */
export class GarbageCollection {
  private readonly timer: NodeJS.Timeout;
  private underWay = 0;
  private lastRequest = Date.now();
  private collecting: Promise<void> = Promise.resolve();

  /** Whether something was deleted since the last collection. */
  garbage = false;

  /**
   * @param config Absent: no collection here; Distribution's next start does it.
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

  /** Runs a request, after any collection in progress. */
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

  /** Stops collecting, and waits for a collection in progress. */
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
    const { code, stderr } = await run(command, args, { env, timeoutMs: timeoutMilliseconds });
    this.log(code === 0 ? "freed the layers of deleted images" : `could not free layers (${code}): ${stderr.trim()}`);
  }
}
