import { setTimeout as pause } from "node:timers/promises";

/** A registry that did not answer with what was asked for. */
export class RegistryRefusal extends Error {
  constructor(
    message: string,
    /** HTTP status; undefined when there was no answer. */
    readonly status?: number,
  ) {
    super(message);
  }
}

/** A whole answer. */
export interface RegistryResponse {
  status: number;
  headers: Headers;
  body: Buffer;
}

/**
 * How often a registry is asked, and how long is waited in between, in milliseconds: twice as long each time, half of it by
 * chance, so that many programs do not come back at once. Tests make it short.
 */
export const retries = { attempts: 4, firstWait: 500, longestWait: 10_000 };

/** Milliseconds for one attempt, its body included. */
const timeout = 30_000;

/**
 * Sends a GET, again when the registry does not answer, cuts its answer, fails (5xx) or says that it is asked too often
 * (429, whose `Retry-After` counts up to the longest wait).
 *
 * @returns The last answer, whatever its status.
 * @throws RegistryRefusal when the last attempt got no answer.
 */
export async function requestRegistry(url: string, headers: Record<string, string>): Promise<RegistryResponse> {
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt >= retries.attempts;
    const outcome = await request(url, headers).catch((error: Error) => error);
    if (!(outcome instanceof Error)) {
      if (isLast || !mayPass(outcome.status)) return outcome;
    } else if (isLast) {
      const { cause = outcome } = outcome as { cause?: unknown };
      throw new RegistryRefusal(`no answer from ${new URL(url).host} in ${attempt} attempts: ${String(cause)}`);
    }
    await pause(waitAfter(outcome, attempt));
  }
}

async function request(url: string, headers: Record<string, string>): Promise<RegistryResponse> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeout) });
  return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
}

function mayPass(status: number): boolean {
  return status === 429 || status >= 500;
}

function waitAfter(outcome: RegistryResponse | Error, attempt: number): number {
  const grown = retries.firstWait * 2 ** (attempt - 1);
  const asked = outcome instanceof Error ? 0 : Number(outcome.headers.get("retry-after") ?? 0) * 1000;
  const wait = asked > 0 ? asked : (grown * (1 + Math.random())) / 2;
  return Math.min(wait, retries.longestWait);
}
