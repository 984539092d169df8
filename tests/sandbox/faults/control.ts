import assert from "node:assert/strict";
import { waitUntil } from "../../../sandbox/system/waitUntil";

/** A fault as the gateway's control endpoint accepts it; see InjectedFault. */
export interface Fault {
  operation: string;
  account: string;
  kind: "throttling" | "tooManyRequests" | "serverError" | "drop" | "hold";
  count?: number;
  after?: number;
  moment?: "call" | "answer";
}

/** Sends a request to the gateway's control endpoint. */
export async function sendControl(endpoint: string, path: string, body: unknown, type = "application/json") {
  const answer = await fetch(`${endpoint}/_sandbox/${path}`, {
    method: "POST",
    headers: { "Content-Type": type, Connection: "close" },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as { faults: Fault[]; message?: string } };
}

/** Injects faults into calls; replaces the earlier ones. */
export async function injectFaults(endpoint: string, ...faults: Fault[]): Promise<void> {
  const { status, body } = await sendControl(endpoint, "faults", { faults });
  assert.equal(status, 200, body.message);
}

/** Faults that have not yet met all their calls. */
export async function remainingFaults(endpoint: string): Promise<Fault[]> {
  return (await sendControl(endpoint, "faults", {})).body.faults;
}

/** Waits until every injected fault has met its calls, so that a call to be held is now held. */
export async function waitForFaults(endpoint: string, unlessEnded: () => boolean = () => false): Promise<void> {
  const met = await waitUntil(async () => unlessEnded() || (await remainingFaults(endpoint)).length === 0, 60_000, 20);
  assert.ok(met && !unlessEnded(), `no such call came: ${JSON.stringify(await remainingFaults(endpoint))}`);
}
