import type { IncomingMessage, ServerResponse } from "node:http";
import { printable } from "../../../ecr/values/printable";
import { healthPath } from "../config";
import { parseSignature } from "./signature";

/** Error codes of responses, which are otherwise only in their bodies. */
const errorCodes = new WeakMap<ServerResponse, string>();

/** Records the error code of a response. */
export function noteError(response: ServerResponse, code: string): void {
  errorCodes.set(response, code);
}

/**
 * Logs each request once it is answered: `ecr DescribeRepositories by 123456789012: 200, 12 ms`. For the registry
 * protocol and other services it logs method and path. The query is never logged, because it may contain a signature.
 */
export function logRequest(log: (line: string) => void, request: IncomingMessage, response: ServerResponse): void {
  const { method = "", url = "", headers } = request;
  const path = url.split("?")[0] ?? "";
  if (path === healthPath) return;
  const started = performance.now();
  response.once("close", () => {
    const code = errorCodes.get(response);
    const answer = response.writableFinished ? `${response.statusCode}${code ? ` ${code}` : ""}` : "cut off";
    const line = `${nameOf(method, path, headers)} by ${callerOf(headers.authorization)}: ${answer}`;
    log(`${printable(line)}, ${Math.round(performance.now() - started)} ms`);
  });
}

/**
 * The operation in `AmazonEC2ContainerRegistry_V20150921.DescribeRepositories`, with the service from the signature.
 */
function nameOf(method: string, path: string, headers: IncomingMessage["headers"]): string {
  const target = headers["x-amz-target"];
  if (typeof target !== "string") return `${method} ${path}`;
  const service = parseSignature(headers.authorization)?.service ?? "unsigned";
  return `${service} ${target.slice(target.lastIndexOf(".") + 1)}`;
}

/** The access key ID, which may be an account ID here; for a registry only whether there is a login. */
function callerOf(authorization: string | undefined): string {
  if (authorization === undefined) return "nobody";
  return parseSignature(authorization)?.accessKeyId ?? "a registry login";
}
