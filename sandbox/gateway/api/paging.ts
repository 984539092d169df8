import { invalidParameter } from "../wire/serviceError";

/** Results of one page when the request does not say (ECR API: "up to 100 results"). */
const defaultPageSize = 100;

export interface PageRequest {
  nextToken?: string;
  maxResults?: number;
}

/**
 * One page of a list that is sorted by key. What is read as it is asked for is read no further than the page.
 *
 * @param keyOf What the next token remembers; unique within the list.
 * @throws InvalidParameterException when the token is not one of this list's.
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

/** The key of the last item of the page before: where a long list begins to be read. */
export function keyBefore({ nextToken }: PageRequest): string | undefined {
  return nextToken === undefined ? undefined : readToken(nextToken);
}

/** Refuses paging of a list that the request itself names. */
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
    // Falls through to the refusal: a token that is no JSON is as wrong as any other.
  }
  throw invalidParameter("nextToken", "Invalid Token");
}
