import type { IncomingMessage } from "node:http";
import { z } from "zod";

/** What happens to the call. */
export const faultKinds = ["throttling", "tooManyRequests", "serverError", "drop", "hold"] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Enough to outlast every client's retries, and small enough that a forgotten fault ends. */
const maximumCalls = 10_000;

const injectedFault = z.strictObject({
  /**
   * An API operation, such as `CreateRepository`, or the method and kind of a registry path, such as `PUT manifest`.
   */
  operation: z.string().min(1).max(100),
  /** The caller's account; a shared sandbox has other users. */
  account: z.string().regex(/^\d{12}$/),
  kind: z.enum(faultKinds),
  /** Number of consecutive calls that fail. */
  count: z.number().int().min(1).max(maximumCalls).default(1),
  /** Number of calls that succeed first. */
  after: z.number().int().min(0).max(maximumCalls).default(0),
  /**
   * `call`: fails before anything is done. `answer`: the operation is done, but the client gets no response; only for
   * `drop` and `hold` of an API operation.
   */
  moment: z.enum(["call", "answer"]).default("call"),
});
export type InjectedFault = z.infer<typeof injectedFault>;

/** The request that sets faults and replaces all earlier ones. */
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
  `faults must be a list of {operation, account, kind: ${faultKinds.join(" | ")}, count?, after?, moment?: call | answer}, ` +
  "answer only with drop and hold of an API operation. For example: " +
  '{"faults": [{"operation": "CreateRepository", "account": "123456789012", "kind": "throttling", "count": 2}]}.';

/** The call's connection was closed: there is no client to respond to. */
export class DroppedCall extends Error {}

/**
 * Faults that tests inject into calls. They are kept in memory only, so a restart clears them. A held call continues
 * when faults are set again, unless its client or the gateway has ended by then.
 */
export class InjectedFaults {
  private faults: InjectedFault[] = [];
  private readonly held = new Set<() => void>();

  set(faults: readonly InjectedFault[]): void {
    for (const release of this.held) release();
    this.held.clear();
    this.faults = faults.map((fault) => ({ ...fault }));
  }

  /** Faults that still have calls to come. */
  get left(): readonly InjectedFault[] {
    return this.faults;
  }

  /** Consumes and returns the fault for this call; undefined when there is none. */
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
   * Applies the fault for a call, if any.
   *
   * @param refuse Creates the protocol's error for a fault.
   * @throws DroppedCall when the connection is closed, now or after being held; otherwise the error from `refuse`.
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
