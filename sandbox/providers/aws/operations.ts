import { hasCode } from "./send";

/** The result of `action`; undefined when the service's error code means that the resource no longer exists. */
export async function undefinedIfGone<T>(
  goneCodes: readonly string[],
  action: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (hasCode(error, ...goneCodes)) return undefined;
    throw error;
  }
}

/** Reads a resource; undefined when it no longer exists. */
export function readUnlessGone<T>(
  what: string,
  goneCodes: readonly string[],
  action: () => Promise<T>,
): Promise<T | undefined> {
  return step(`reading ${what}`, () => undefinedIfGone(goneCodes, action));
}

/** Deletes a resource; one that no longer exists counts as deleted. */
export async function deleteUnlessGone(
  what: string,
  goneCodes: readonly string[],
  action: () => Promise<unknown>,
): Promise<void> {
  await step(`deleting ${what}`, () => undefinedIfGone(goneCodes, action));
}

/** A page of a list with the token for the next one, which each service names differently. */
interface Page {
  readonly Marker?: string;
  readonly NextToken?: string;
  readonly nextToken?: string;
}

/** All items of a paged list. */
export async function listAll<P extends Page, Item>(
  ask: (next: string | undefined) => Promise<P>,
  itemsOf: (page: P) => readonly Item[] | undefined,
): Promise<Item[]> {
  const items: Item[] = [];
  let next: string | undefined;
  do {
    const page = await ask(next);
    items.push(...(itemsOf(page) ?? []));
    next = page.Marker ?? page.NextToken ?? page.nextToken;
  } while (next !== undefined && next !== "");
  return items;
}

/** Prefixes the service's error with the operation. */
export async function step<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new Error(`${what}: ${errorMessage(error)}`);
  }
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** RFC 3339 in whole seconds, as the released provider formats times; an empty string for none. */
export function timeText(date: Date | undefined): string {
  return date ? date.toISOString().replace(/\.\d+Z$/, "Z") : "";
}
