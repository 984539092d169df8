import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import type { GatewayContext } from "../context";
import { runLifecycles } from "../lifecycle/lifecycleRuns";
import type { MovableClock } from "../state/clock";
import { faultsRequest, faultsRule } from "../wire/injectedFaults";
import { readBody } from "../wire/json";
import { ServiceError } from "../wire/serviceError";

/**
 * Used by tests to move the gateway's clock, run lifecycle policies, and inject failures. No sandbox command needs
 * them.
 */
export const clockPath = "/_sandbox/clock";
export const lifecyclePath = "/_sandbox/lifecycle";
export const faultsPath = "/_sandbox/faults";

const bodyLimit = 4096;
/** Ten years: enough for every lifecycle policy, without overflowing a date. */
const longestAdvanceSeconds = 10 * 365 * 24 * 60 * 60;

const clockRequest = z.strictObject({ advanceSeconds: z.number().min(0).max(longestAdvanceSeconds) });

/**
 * `POST /_sandbox/clock` with `{"advanceSeconds": N}` moves the gateway's clock ahead and runs the lifecycle policies
 * that are due by then; `POST /_sandbox/lifecycle` with `{}` runs all of them now. Both return `{now, runs}` when done:
 * the clock's time in milliseconds since 1970, and the result of each policy that acted on an image.
 *
 * `POST /_sandbox/faults` with `{"faults": [...]}` makes calls of one account fail (see InjectedFault), replacing
 * earlier faults; without `faults` it changes nothing. It returns `{faults}`: those that still have calls to come.
 *
 * A page in a browser must not reach these: only a JSON body is accepted, which a page cannot send to another origin
 * without a preflight request.
 *
 * @returns Whether the request was one of these.
 */
export function answerControl(
  context: GatewayContext,
  clock: MovableClock,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (request.url !== clockPath && request.url !== lifecyclePath && request.url !== faultsPath) {
    return false;
  }
  void control(context, clock, request).then(
    ({ status, body }) => send(response, status, body),
    (error: unknown) => {
      if (error instanceof ServiceError) {
        send(response, error.status, { message: error.message });
        request.resume();
        return;
      }
      context.log(`${request.url}: ${error instanceof Error ? error.stack : String(error)}`);
      send(response, 500, { message: "The sandbox's gateway failed; see its log." });
    },
  );
  return true;
}

async function control(
  context: GatewayContext,
  clock: MovableClock,
  request: IncomingMessage,
): Promise<{ status: number; body: object }> {
  if (request.method !== "POST" || !request.headers["content-type"]?.startsWith("application/json")) {
    request.resume();
    return refusal("send POST with Content-Type: application/json.");
  }
  const value = parse(await readBody(request, bodyLimit));
  if (request.url === faultsPath) return controlFaults(context, value);
  if (request.url === clockPath) {
    const wanted = clockRequest.safeParse(value);
    if (!wanted.success) {
      return refusal(
        `advanceSeconds must be a number from 0 to ${longestAdvanceSeconds}, such as {"advanceSeconds": 86400}.`,
      );
    }
    clock.advance(wanted.data.advanceSeconds * 1000);
  } else if (!z.strictObject({}).safeParse(value).success) {
    return refusal("the body must be {}.");
  }
  const runs = await runLifecycles(context, request.url === clockPath ? "due" : "all");
  return { status: 200, body: { now: context.clock.now(), runs } };
}

function controlFaults(context: GatewayContext, value: unknown): { status: number; body: object } {
  if (!z.strictObject({}).safeParse(value).success) {
    const wanted = faultsRequest.safeParse(value);
    if (!wanted.success) return refusal(faultsRule);
    context.faults.set(wanted.data.faults);
  }
  return { status: 200, body: { faults: context.faults.left } };
}

function refusal(message: string): { status: number; body: object } {
  return { status: 400, body: { message } };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, value: object): void {
  if (response.destroyed) return;
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": body.length });
  response.end(body);
}
