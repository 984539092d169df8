import { setTimeout as pause } from "node:timers/promises";
import { isLoopbackHost } from "../ecr/registryLogin";

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
  /** Where it came from: another address than the one that was asked, after a redirect. */
  url: URL;
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
 * Bytes of the longest answer that is read: what registries take of a manifest (OCI distribution specification, Pushing
 * manifests). Configurations and tokens are smaller; layers are never read here.
 */
const longestAnswer = 4 * 1024 * 1024;

const mostRedirects = 5;

/**
 * Sends a GET, again when the registry does not answer, cuts its answer, fails (5xx) or says that it is asked too often
 * (429, whose `Retry-After` counts up to the longest wait).
 *
 * @param authorization For this address's own origin: it goes to no other one that a redirect leads to.
 * @returns The last answer, whatever its status.
 * @throws RegistryRefusal when the last attempt got no answer, or an answer was too long or led nowhere safe.
 */
export async function requestRegistry(
  address: string,
  headers: Record<string, string>,
  authorization?: string,
): Promise<RegistryResponse> {
  const url = new URL(address);
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt >= retries.attempts;
    const outcome = await request(url, headers, authorization).catch((error: Error) => error);
    if (outcome instanceof RegistryRefusal) throw outcome;
    if (!(outcome instanceof Error)) {
      if (isLast || !mayPass(outcome.status)) return outcome;
    } else if (isLast) {
      const { cause = outcome } = outcome as { cause?: unknown };
      throw new RegistryRefusal(`no answer from ${url.host} in ${attempt} attempts: ${String(cause)}`);
    }
    await pause(waitAfter(outcome, attempt));
  }
}

/** One attempt. Redirects are followed here: `fetch` would take a login along to a server that it came to in clear. */
async function request(
  asked: URL,
  headers: Record<string, string>,
  authorization: string | undefined,
): Promise<RegistryResponse> {
  const signal = AbortSignal.timeout(timeout);
  let url = asked;
  let login = authorization;
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(url, {
      headers: { ...headers, ...(login !== undefined && { Authorization: login }) },
      redirect: "manual",
      signal,
    });
    const target = redirectOf(response, url);
    if (target === undefined)
      return { url, status: response.status, headers: response.headers, body: await bodyOf(response, url) };
    await response.body?.cancel();
    if (redirects === mostRedirects)
      throw new RegistryRefusal(`${asked.host} redirects more than ${mostRedirects} times`);
    if (!isSafe(target, asked)) throw new RegistryRefusal(`${asked.host} redirects to ${target.origin}, in clear`);
    // Once it has left, it is not sent again: whoever was in between may have chosen the way back.
    if (target.origin !== asked.origin) login = undefined;
    url = target;
  }
}

function redirectOf({ status, headers }: Response, url: URL): URL | undefined {
  const location = headers.get("location");
  if (location === null || ![301, 302, 303, 307, 308].includes(status)) return undefined;
  if (!URL.canParse(location, url.href)) throw new RegistryRefusal(`${url.host} redirects to no address`, status);
  return new URL(location, url.href);
}

/** Encrypted, unless it all stays on this machine. */
export function isSafe(target: URL, asked: URL): boolean {
  if (target.protocol === "https:") return true;
  return target.protocol === "http:" && isLoopbackHost(target.host) && isLoopbackHost(asked.host);
}

/** Reads no more than the longest answer, whatever the server says its length is. */
async function bodyOf(response: Response, { host }: URL): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop closes the connection.
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > longestAnswer) {
      const limit = longestAnswer.toLocaleString("en");
      throw new RegistryRefusal(`the answer of ${host} is longer than ${limit} bytes, the limit of a manifest`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
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
