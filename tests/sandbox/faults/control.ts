import assert from "node:assert/strict";
import { waitUntil } from "../../../sandbox/system/waitUntil";

/** A fault as the gateway's control takes it; see InjectedFault. */
export interface Fault {
  operation: string;
  account: string;
  kind: "throttling" | "tooManyRequests" | "serverError" | "drop" | "hold";
  count?: number;
  after?: number;
  moment?: "call" | "answer";
}

/** Sends a control of the gateway. */
export async function sendControl(endpoint: string, path: string, body: unknown, type = "application/json") {
  const answer = await fetch(`${endpoint}/_sandbox/${path}`, {
    method: "POST",
    headers: { "Content-Type": type, Connection: "close" },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as { faults: Fault[]; message?: string } };
}

/** Puts faults in the way of calls, in place of those that were set before. */
export async function injectFaults(endpoint: string, ...faults: Fault[]): Promise<void> {
  const { status, body } = await sendControl(endpoint, "faults", { faults });
  assert.equal(status, 200, body.message);
}

/** Faults whose calls have not all come yet. */
export async function faultsLeft(endpoint: string): Promise<Fault[]> {
  return (await sendControl(endpoint, "faults", {})).body.faults;
}

/** Waits until every injected fault has met its calls: a call that is to be held is held now. */
export async function untilMet(endpoint: string, unlessEnded: () => boolean = () => false): Promise<void> {
  const met = await waitUntil(async () => unlessEnded() || (await faultsLeft(endpoint)).length === 0, 60_000, 20);
  assert.ok(met && !unlessEnded(), `no such call came: ${JSON.stringify(await faultsLeft(endpoint))}`);
}
