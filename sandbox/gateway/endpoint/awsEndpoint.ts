import type { IncomingMessage, ServerResponse } from "node:http";
import * as http from "node:http";
import { runOperation, type Service, serviceFor } from "../api/services";
import { healthPath } from "../config";
import type { GatewayContext } from "../context";
import type { Forwarder } from "../ministack/forwarder";
import { unreachable } from "../ministack/ministackClient";
import type { MovableClock } from "../state/clock";
import { isStorageDown, storageDownMessage } from "../storage/storageDown";
import { BrokenModel, checkOutput, errorFault } from "../wire/answerCheck";
import { foreignRequestFault, isForLoadBalancer } from "../wire/foreignRequests";
import { DroppedCall, type FaultKind } from "../wire/injectedFaults";
import { parseInput, readBody, sendError, sendOutput } from "../wire/json";
import { ServiceError } from "../wire/serviceError";
import { parseSignature } from "../wire/signature";
import { answerCloudControl, answerCloudFormation, isCloudControl } from "./cloudControl";
import { answerControl } from "./controls";

/** UploadLayerPart carries up to 20 MiB as base64; no other request is close to that. */
const requestLimit = 32 * 1024 * 1024;

/** The AWS endpoint: serves ECR and ECR Public, and forwards everything else to MiniStack. */
export function createAwsEndpoint(
  context: GatewayContext,
  clock: MovableClock,
  forwarder: Forwarder,
  endpoint: () => string,
): http.Server {
  const server = http.createServer((request, response) => {
    if (isForLoadBalancer(request)) {
      forwarder.forward(request, response);
      return;
    }
    const fault = foreignRequestFault(request);
    if (fault !== undefined) {
      refuse(request, response, new ServiceError("AccessDeniedException", fault, { status: 403 }));
      return;
    }
    if (answerControl(context, clock, request, response)) {
      return;
    }
    const target = header(request, "x-amz-target");
    const service = serviceFor(target, parseSignature(request.headers.authorization)?.service);
    if (request.method === "GET" && request.url === healthPath) {
      void sendHealth(context, response, endpoint());
    } else if (service) {
      void context.garbageCollection.during(() => answer(context, service, operationName(target), request, response));
    } else if (mayVendCredentials(request)) {
      void forwardToSts(context, forwarder, request, response);
    } else if (!isSigned(request)) {
      refuse(request, response, unsigned());
    } else if (target !== undefined && isCloudControl(target)) {
      void answerCloudControl(context, forwarder, target, request, response);
    } else if (parseSignature(request.headers.authorization)?.service === "cloudformation") {
      void answerCloudFormation(forwarder, request, response);
    } else {
      forwarder.forward(request, response);
    }
  });
  server.requestTimeout = 0;
  return server;
}

function refuse(request: IncomingMessage, response: ServerResponse, error: ServiceError): void {
  sendError(response, error);
  request.resume();
}

function unsigned(): ServiceError {
  return new ServiceError("MissingAuthenticationTokenException", "Missing Authentication Token", { status: 403 });
}

/** Whether a request is signed, in a header or in the query; MiniStack verifies the signature. */
function isSigned({ headers, url = "" }: IncomingMessage): boolean {
  const query = new URLSearchParams(url.split("?")[1]);
  return (
    parseSignature(headers.authorization) !== undefined ||
    (query.get("X-Amz-Algorithm") === "AWS4-HMAC-SHA256" &&
      query.has("X-Amz-Credential") &&
      query.has("X-Amz-Signature"))
  );
}

/** AssumeRoleWithWebIdentity is not signed; every other operation that issues credentials must be. */
function mayVendCredentials(request: IncomingMessage): boolean {
  const signature = parseSignature(request.headers.authorization);
  const isForm = header(request, "content-type")?.startsWith("application/x-www-form-urlencoded") ?? false;
  return (
    request.method === "POST" && isForm && (signature ? signature.service === "sts" : !request.headers.authorization)
  );
}

/** Forwards a request to STS and records whom the credentials in the response belong to. */
async function forwardToSts(
  context: GatewayContext,
  forwarder: Forwarder,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const body = await readBody(request, requestLimit);
    const form = body.toString("utf8");
    if (!isSigned(request) && !context.sessions.isUnsigned(form)) throw unsigned();
    const answered = async (answer: string) => {
      if (!context.sessions.isVending(form)) return;
      const accessKeyId = parseSignature(request.headers.authorization)?.accessKeyId;
      const caller = accessKeyId === undefined ? undefined : await context.callers.principalOf(accessKeyId);
      context.sessions.learn(form, caller, answer, context.clock.now());
    };
    forwarder.forward(request, response, { body, answered });
  } catch (error) {
    sendError(response, error instanceof ServiceError ? error : unreachable(error));
    request.resume();
  }
}

async function answer(
  context: GatewayContext,
  service: Service,
  operation: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const body = await readBody(request, requestLimit);
    const { method = "POST", url = "/", headers, rawHeaders } = request;
    const caller = await context.callers.identify(
      { method, url, headers, rawHeaders, body },
      service.model.signingName,
    );
    await context.faults.meet(request, operation, caller.account, "call", injectedError);
    const output = await runOperation(context, service, operation, caller, parseInput(body));
    await context.faults.meet(request, operation, caller.account, "answer", injectedError);
    if (context.config.validateResponses) checkOutput(service.model, operation, output);
    sendOutput(response, output);
  } catch (error) {
    if (error instanceof DroppedCall) return;
    sendError(response, answerableError(context, service, operation, error));
  } finally {
    request.resume();
  }
}

/** The response for a thrown error. Everything except the service's own refusals is also logged. */
function answerableError(context: GatewayContext, service: Service, operation: string, error: unknown): ServiceError {
  let thrown = error;
  if (thrown instanceof ServiceError) {
    const broken = context.config.validateResponses ? errorFault(service.model, operation, thrown.code) : undefined;
    if (broken === undefined) return thrown;
    thrown = broken;
  }
  if (isStorageDown(thrown)) return new ServiceError("ServerException", storageDownMessage, { status: 503 });
  context.log(`${operation}: ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
  const message = thrown instanceof BrokenModel ? thrown.message : "The sandbox's gateway failed; see its log.";
  return new ServiceError("ServerException", message, { status: 500 });
}

/** In AWS's wording for errors that any service may return. */
function injectedError(kind: Exclude<FaultKind, "drop" | "hold">): ServiceError {
  switch (kind) {
    case "throttling":
      return new ServiceError("ThrottlingException", "Rate exceeded");
    case "tooManyRequests":
      return new ServiceError("TooManyRequestsException", "Too Many Requests", { status: 429 });
    case "serverError":
      return new ServiceError("ServerException", "These errors are associated with a server-side issue.", {
        status: 500,
      });
  }
}

function operationName(target: string | undefined): string {
  return target?.slice(target.indexOf(".") + 1) ?? "";
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

async function sendHealth(context: GatewayContext, response: ServerResponse, endpoint: string): Promise<void> {
  const { account, region } = context.config;
  const body = Buffer.from(
    JSON.stringify({
      account,
      region,
      endpoint,
      distribution: await context.distribution.isUp(),
      registries: context.registries.addresses(),
    }),
  );
  response.writeHead(200, { "Content-Type": "application/json", "Content-Length": body.length });
  response.end(body);
}
