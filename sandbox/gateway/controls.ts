import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import type { MovableClock } from "./clock";
import type { GatewayContext } from "./context";
import { faultsRequest, faultsRule } from "./injectedFaults";
import { runLifecycles } from "./lifecycle/runs";
import { readBody } from "./wire/json";
import { ServiceError } from "./wire/serviceError";

/** Where tests move the gateway's clock, have lifecycle policies run and let calls fail. No command of the sandbox needs them. */
export const clockPath = "/_sandbox/clock";
export const lifecyclePath = "/_sandbox/lifecycle";
export const faultsPath = "/_sandbox/faults";

const bodyLimit = 4096;
/** Ten years: enough for every lifecycle policy, and no overflow of a date. */
const longestAdvanceSeconds = 10 * 365 * 24 * 60 * 60;

const clockRequest = z.strictObject({ advanceSeconds: z.number().min(0).max(longestAdvanceSeconds) });

/**
 * `POST /_sandbox/clock` with `{"advanceSeconds": N}` moves the gateway's clock ahead and runs the lifecycle policies that
 * are due by then; `POST /_sandbox/lifecycle` with `{}` runs all of them now. Both answer `{now, runs}` when that is done:
 * the clock's time in milliseconds since 1970, and what each policy did that did something.
 *
 * `POST /_sandbox/faults` with `{"faults": [...]}` lets calls of one account fail (see InjectedFault), and forgets what was
 * set before; without `faults` it only asks. It answers `{faults}`: those whose calls have not all come yet.
 *
 * A page in a browser must not reach them: only a JSON body is taken, which a page cannot send to another origin unasked.
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
      return refusal(`advanceSeconds is a number from 0 to ${longestAdvanceSeconds}; write {"advanceSeconds": 86400}.`);
    }
    clock.advance(wanted.data.advanceSeconds * 1000);
  } else if (!z.strictObject({}).safeParse(value).success) {
    return refusal("nothing can be asked for here; write {}.");
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
