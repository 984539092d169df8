import type { IncomingMessage } from "node:http";
import { z } from "zod";

/** What goes wrong with a call. */
export const faultKinds = ["throttling", "tooManyRequests", "serverError", "drop", "hold"] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Enough to outlast every client's retries, and to be noticed when it is forgotten. */
const mostCalls = 10_000;

const injectedFault = z.strictObject({
  /** An API operation, such as `CreateRepository`, or method and kind of a registry's path, such as `PUT manifest`. */
  operation: z.string().min(1).max(100),
  /** Whose calls; a shared sandbox has other users. */
  account: z.string().regex(/^\d{12}$/),
  kind: z.enum(faultKinds),
  /** How many calls, one after the other. */
  count: z.number().int().min(1).max(mostCalls).default(1),
  /** Calls that go well before the first. */
  after: z.number().int().min(0).max(mostCalls).default(0),
  /**
   * `call`: nothing was done. `answer`: the operation was done, and the client does not hear of it; only for `drop` and
   * `hold` of an API operation.
   */
  moment: z.enum(["call", "answer"]).default("call"),
});
export type InjectedFault = z.infer<typeof injectedFault>;

/** The request that sets them: all that were there before are forgotten. */
export const faultsRequest = z.strictObject({
  faults: z
    .array(
      injectedFault.refine(
        ({ moment, kind, operation }) =>
          moment === "call" || ((kind === "drop" || kind === "hold") && !operation.includes(" ")),
      ),
    )
    .max(100),
});

export const faultsRule =
  `faults is a list of {operation, account, kind: ${faultKinds.join(" | ")}, count?, after?, moment?: call | answer}, ` +
  "answer only with drop and hold of an API operation; write " +
  '{"faults": [{"operation": "CreateRepository", "account": "123456789012", "kind": "throttling", "count": 2}]}.';

/** The call's connection was cut: there is nobody to answer. */
export class DroppedCall extends Error {}

/**
 * Faults that a test puts in the way of calls, kept in memory only: a gateway that starts again knows of none. A call that
 * is held goes on when faults are set anew, unless its client or the gateway has ended by then.
 */
export class InjectedFaults {
  private faults: InjectedFault[] = [];
  private readonly held = new Set<() => void>();

  set(faults: readonly InjectedFault[]): void {
    for (const release of this.held) release();
    this.held.clear();
    this.faults = faults.map((fault) => ({ ...fault }));
  }

  /** Those whose calls have not all come yet. */
  get left(): readonly InjectedFault[] {
    return this.faults;
  }

  /** What goes wrong with this call, which counts; undefined when nothing does. */
  take(operation: string, account: string, moment: InjectedFault["moment"]): FaultKind | undefined {
    const fault = this.faults.find(
      (each) => each.operation === operation && each.account === account && each.moment === moment,
    );
    if (fault === undefined) return undefined;
    if (fault.after > 0) {
      fault.after -= 1;
      return undefined;
    }
    fault.count -= 1;
    this.faults = this.faults.filter(({ count }) => count > 0);
    return fault.kind;
  }

  /**
   * Puts a fault in the way of a call, if there is one for it.
   *
   * @param refuse What the protocol answers for a kind.
   * @throws DroppedCall when the connection is cut, now or after it was held; what `refuse` gives.
   */
  async meet(
    request: IncomingMessage,
    operation: string,
    account: string,
    moment: InjectedFault["moment"],
    refuse: (kind: Exclude<FaultKind, "drop" | "hold">) => Error,
  ): Promise<void> {
    const kind = this.take(operation, account, moment);
    if (kind === undefined) return;
    if (kind !== "drop" && kind !== "hold") throw refuse(kind);
    const { socket } = request;
    if (kind === "hold" && !socket.destroyed) {
      await new Promise<void>((resolve) => {
        socket.once("close", resolve);
        this.held.add(resolve);
      });
      if (!socket.destroyed) return;
    }
    socket.destroy();
    throw new DroppedCall(`${operation}: the connection was cut`);
  }
}
