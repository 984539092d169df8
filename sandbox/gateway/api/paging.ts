import { invalidParameter } from "../wire/serviceError";

/** Default page size (ECR API: "up to 100 results"). */
const defaultPageSize = 100;

export interface PageRequest {
  nextToken?: string;
  maxResults?: number;
}

/**
 * One page of a list sorted by key. A lazy iterable is read only to the end of the page.
 *
 * @param keyOf The key stored in the next token; unique within the list.
 * @throws InvalidParameterException when the token does not belong to this list.
 */
export function pageOf<T>(
  items: Iterable<T>,
  keyOf: (item: T) => string,
  request: PageRequest,
): { page: T[]; nextToken?: string } {
  const after = keyBefore(request);
  const size = request.maxResults ?? defaultPageSize;
  const page: T[] = [];
  for (const item of items) {
    if (after !== undefined && keyOf(item) <= after) continue;
    const last = page.at(-1);
    if (last !== undefined && page.length === size) return { page, nextToken: writeToken(keyOf(last)) };
    page.push(item);
  }
  return { page };
}

/** The key of the previous page's last item, so that a long list can be read from there. */
export function keyBefore({ nextToken }: PageRequest): string | undefined {
  return nextToken === undefined ? undefined : readToken(nextToken);
}

/** Rejects paging when the request names the items itself. */
export function refusePaging(request: { nextToken?: string; maxResults?: number }, member: string): void {
  for (const name of ["nextToken", "maxResults"] as const) {
    if (request[name] !== undefined) {
      throw invalidParameter(name, `This option cannot be used when you specify ${member}`);
    }
  }
}

function writeToken(key: string): string {
  return Buffer.from(JSON.stringify({ after: key })).toString("base64");
}

function readToken(token: string): string {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, "base64").toString("utf8"));
    if (typeof value === "object" && value !== null && "after" in value && typeof value.after === "string") {
      return value.after;
    }
  } catch {
    // A token that is not JSON is rejected below, like any other invalid one.
  }
  throw invalidParameter("nextToken", "Invalid Token");
}
