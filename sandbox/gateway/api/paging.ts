import { invalidParameter } from "../wire/serviceError";

/** Results of one page when the request does not say (ECR API: "up to 100 results"). */
const defaultPageSize = 100;

/**
 * One page of a list that is sorted by key.
 *
 * @param keyOf What the next token remembers; unique within the list.
 * @throws InvalidParameterException when the token is not one of this list's.
 */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  request: { nextToken?: string; maxResults?: number },
): { page: T[]; nextToken?: string } {
  const after = request.nextToken === undefined ? undefined : readToken(request.nextToken);
  const rest = after === undefined ? items : items.filter((item) => keyOf(item) > after);
  const page = rest.slice(0, request.maxResults ?? defaultPageSize);
  const last = page.at(-1);
  return last !== undefined && page.length < rest.length ? { page, nextToken: writeToken(keyOf(last)) } : { page };
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
