import type { IncomingMessage, ServerResponse } from "node:http";
import { RegistryError, sendJson } from "./registryError";

/** Default page size (docker-archive/migrator issue 96, genuinetools/reg issue 206). */
const defaultPage = 100;
/** Maximum page size (google/go-containerregistry issue 681, with ECR's response to more). */
const largestPage = 1000;

/**
 * Sends one page of a sorted list, with the specification's `n` and `last`, and a link to the next page.
 *
 * @param body Builds the response from a page.
 */
export function sendPage(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  entries: Iterable<string>,
  { size, last }: { size: number; last: string | null },
  body: (page: string[]) => object,
): void {
  const page: string[] = [];
  let more = false;
  for (const entry of entries) {
    if (last !== null && entry <= last) continue;
    more = page.length === size;
    if (more) break;
    page.push(entry);
  }
  const next = new URLSearchParams({ n: String(size), last: page.at(-1) ?? "" });
  const link = `<http://${request.headers.host}${path}?${next}>; rel="next"`;
  sendJson(response, 200, body(page), page.length > 0 && more ? { Link: link } : {});
}

/** The page size that `n` requests. */
export function pageSize(text: string | null): number {
  if (text === null) {
    return defaultPage;
  }
  if (!/^\d{1,9}$/.test(text)) {
    throw new RegistryError(400, "PAGINATION_NUMBER_INVALID", "n must be a whole number, 0 or more.");
  }
  if (Number(text) > largestPage) {
    const rule = `Member must have value less than or equal to ${largestPage}`;
    throw new RegistryError(
      405,
      "UNSUPPORTED",
      `Invalid parameter at 'maxResults' failed to satisfy constraint: '${rule}'`,
    );
  }
  return Number(text);
}
