import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import type { Edit } from "./edits";
import type { Ending } from "./worker";

/** Processes that each run one life at a time. */
export class Pool {
  /** Aborted when a process has ended, since its life would never finish. */
  private readonly alive = new AbortController();

  private constructor(
    private readonly free: ChildProcess[],
    private readonly waiting: ((worker: ChildProcess) => void)[] = [],
    private readonly all = [...free],
  ) {}

  static async start(size: number): Promise<Pool> {
    const workers = Array.from({ length: size }, () =>
      fork(path.join(__dirname, "worker.ts"), {
        execArgv: ["--no-warnings", "--require", "ts-node/register/transpile-only"],
      }),
    );
    await Promise.all(workers.map((each) => once(each, "message")));
    const pool = new Pool(workers);
    for (const each of workers) each.once("exit", () => pool.alive.abort(new Error("a process of the lives ended")));
    return pool;
  }

  /** Runs a life in the next free process. */
  async live(edits: readonly Edit[]): Promise<Ending> {
    const worker = this.free.pop() ?? (await new Promise<ChildProcess>((resolve) => this.waiting.push(resolve)));
    worker.send(edits);
    const [ending] = (await once(worker, "message", { signal: this.alive.signal })) as [Ending];
    const next = this.waiting.shift();
    if (next) next(worker);
    else this.free.push(worker);
    return ending;
  }

  stop(): void {
    for (const each of this.all) if (each.connected) each.disconnect();
  }
}
