import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { noteError } from "./requestLog";
import { ServiceError } from "./serviceError";

const contentType = "application/x-amz-json-1.1";

/**
 * Reads the whole body of a request.
 *
 * @param limit In bytes; a longer body is rejected with RequestEntityTooLargeException (413) and not read further.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) {
      throw new ServiceError("RequestEntityTooLargeException", `The request is longer than ${limit} bytes.`, {
        status: 413,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The JSON object in a body; an empty body is an empty input, as in the AWS protocol. */
export function parseInput(body: Buffer): unknown {
  if (body.length === 0) {
    return {};
  }
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new ServiceError("SerializationException", "The request's body is not JSON.");
  }
}

/** An output in JSON 1.1: times as seconds since 1970, blobs as base64, absent members omitted. */
export function wireValue(value: unknown): unknown {
  if (value instanceof Date) {
    return value.getTime() / 1000;
  }
  if (value instanceof Uint8Array) {
    return Buffer.from(value).toString("base64");
  }
  if (Array.isArray(value)) {
    return value.map(wireValue);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, member]) => (member === undefined ? [] : [[key, wireValue(member)]])),
    );
  }
  return value;
}

export function sendOutput(response: ServerResponse, output: object): void {
  send(response, 200, wireValue(output));
}

export function sendError(response: ServerResponse, error: ServiceError): void {
  noteError(response, error.code);
  send(response, error.status, { __type: error.code, message: error.message, ...error.members });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) {
    return;
  }
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    "Content-Type": contentType,
    "Content-Length": text.length,
    "x-amzn-RequestId": randomUUID(),
  });
  response.end(text);
}
