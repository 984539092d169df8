import { setTimeout as pause } from "node:timers/promises";
import { RegistryRefusal, type RegistryResponse } from "./registryRequest";

/**
 * Attempts and waits in milliseconds: exponential backoff with half of each wait random, so that clients do not all
 * retry at the same moment. Tests shorten it.
 */
export const retries = { attempts: 4, firstWait: 500, longestWait: 10_000 };

/**
 * Retries when there is no response, the response is truncated, or it is a server error (5xx) or throttling (429, or
 * 400 from ECR). `Retry-After` is honored up to the longest wait.
 *
 * @returns The last response, whatever its status.
 * @throws RegistryRefusal when the last attempt got no response, or a response was too long or redirected unsafely.
 */
export async function withRetries(host: string, ask: () => Promise<RegistryResponse>): Promise<RegistryResponse> {
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt >= retries.attempts;
    const outcome = await ask().catch((error: Error) => error);
    if (outcome instanceof RegistryRefusal) throw outcome;
    if (!(outcome instanceof Error)) {
      if (isLast || !mayPass(outcome)) return outcome;
    } else if (isLast) throw noAnswer(host, attempt, outcome);
    await waitAfter(outcome, attempt);
  }
}

export function noAnswer(host: string, attempts: number, error: Error): RegistryRefusal {
  return new RegistryRefusal(`no answer from ${host} in ${attempts} attempts: ${String(error)}`);
}

/** Whether the same request may succeed in a moment. */
export function mayPass({ status, body }: RegistryResponse): boolean {
  if (status === 429 || status >= 500) return true;
  // ECR's underlying API reports throttling with 400, in the code or the message.
  return status === 400 && /TOOMANYREQUESTS|Throttl|Rate exceeded/i.test(body.toString("latin1", 0, 4096));
}

/** Waits before the next attempt. Attempts are counted from one. */
export async function waitAfter(outcome: RegistryResponse | Error, attempt: number): Promise<void> {
  const grown = retries.firstWait * 2 ** (attempt - 1);
  const asked = outcome instanceof Error ? 0 : Number(outcome.headers["retry-after"] ?? 0) * 1000;
  const wait = asked > 0 ? asked : (grown * (1 + Math.random())) / 2;
  await pause(Math.min(wait, retries.longestWait));
}
