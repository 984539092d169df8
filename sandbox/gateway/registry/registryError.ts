import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { noteError } from "../wire/requestLog";

/** A refusal in the format of the OCI distribution specification: a code, a message, and an HTTP status. */
export class RegistryError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly options: { headers?: OutgoingHttpHeaders; detail?: unknown } = {},
  ) {
    super(message);
    this.name = "RegistryError";
  }
}

export function nameUnknown(name: string, account: string): RegistryError {
  return new RegistryError(
    404,
    "NAME_UNKNOWN",
    `The repository with name '${name}' does not exist in the registry with id '${account}'`,
  );
}

export function unsupported(what: string): RegistryError {
  return new RegistryError(405, "UNSUPPORTED", `${what} is not supported by this registry.`);
}

/** ECR's message for an expired token, after 12 hours. */
export const tokenExpiredMessage = "Your authorization token has expired. Reauthenticate and try again.";

export function sendRegistryError(response: ServerResponse, error: RegistryError): void {
  const { headers, detail } = error.options;
  noteError(response, error.code);
  sendJson(response, error.status, { errors: [{ code: error.code, message: error.message, detail }] }, headers);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.headersSent || response.destroyed) {
    return;
  }
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": body.length, ...headers });
  response.end(response.req.method === "HEAD" ? undefined : body);
}
