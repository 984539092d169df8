import { setTimeout as pause } from "node:timers/promises";
import { RegistryRefusal, type RegistryResponse } from "./registryRequest";

/**
 * How often a registry is asked, and how long is waited in between, in milliseconds: twice as long each time, half of it by
 * chance, so that many programs do not come back at once. Tests make it short.
 */
export const retries = { attempts: 4, firstWait: 500, longestWait: 10_000 };

/**
 * Asks again when the registry does not answer, cuts its answer, fails (5xx) or says that it is asked too often (429,
 * whose `Retry-After` counts up to the longest wait, or ECR's throttling with 400).
 *
 * @returns The last answer, whatever its status.
 * @throws RegistryRefusal when the last attempt got no answer, or an answer was too long or led nowhere safe.
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

/** Whether the same request may be answered otherwise in a moment. */
export function mayPass({ status, body }: RegistryResponse): boolean {
  if (status === 429 || status >= 500) return true;
  // ECR's API underneath says so with 400, by a code or in words.
  return status === 400 && /TOOMANYREQUESTS|Throttl|Rate exceeded/i.test(body.toString("latin1", 0, 4096));
}

/** Waits as long as is due after a failed attempt, counted from one. */
export async function waitAfter(outcome: RegistryResponse | Error, attempt: number): Promise<void> {
  const grown = retries.firstWait * 2 ** (attempt - 1);
  const asked = outcome instanceof Error ? 0 : Number(outcome.headers["retry-after"] ?? 0) * 1000;
  const wait = asked > 0 ? asked : (grown * (1 + Math.random())) / 2;
  await pause(Math.min(wait, retries.longestWait));
}
