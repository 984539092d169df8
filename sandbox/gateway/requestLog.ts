import type { IncomingMessage, ServerResponse } from "node:http";
import { printable } from "../../ecr/printable";
import { healthPath } from "./config";
import { parseSignature } from "./wire/signature";

/** The error codes of answers, which their bodies have and nothing else of them shows. */
const errorCodes = new WeakMap<ServerResponse, string>();

/** Remembers what an answer refuses with. */
export function noteError(response: ServerResponse, code: string): void {
  errorCodes.set(response, code);
}

/**
 * Tells each request in a line once it is answered: `ecr DescribeRepositories by 123456789012: 200, 12 ms`; of the registry
 * protocol and of other services' forms the method and the path. No query is told, which may hold a signature.
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

/** `AmazonEC2ContainerRegistry_V20150921.DescribeRepositories` of the service that the signature is for. */
function nameOf(method: string, path: string, headers: IncomingMessage["headers"]): string {
  const target = headers["x-amz-target"];
  if (typeof target !== "string") return `${method} ${path}`;
  const service = parseSignature(headers.authorization)?.service ?? "unsigned";
  return `${service} ${target.slice(target.lastIndexOf(".") + 1)}`;
}

/** The access key id, which may be an account's number here; of a registry's login only whether there is one. */
function callerOf(authorization: string | undefined): string {
  if (authorization === undefined) return "nobody";
  return parseSignature(authorization)?.accessKeyId ?? "a registry login";
}
