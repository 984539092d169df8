import { hasCode } from "./send";

/** What `action` gives; undefined when the service answers with one of the codes that mean that the thing is gone. */
export async function unlessGone<T>(goneCodes: readonly string[], action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (hasCode(error, ...goneCodes)) return undefined;
    throw error;
  }
}

/** Reads; undefined for what is gone. */
export function readUnlessGone<T>(
  what: string,
  goneCodes: readonly string[],
  action: () => Promise<T>,
): Promise<T | undefined> {
  return step(`reading ${what}`, () => unlessGone(goneCodes, action));
}

/** Deletes; what is gone already is deleted. */
export async function deleteUnlessGone(
  what: string,
  goneCodes: readonly string[],
  action: () => Promise<unknown>,
): Promise<void> {
  await step(`deleting ${what}`, () => unlessGone(goneCodes, action));
}

/** A page of a list, with what asks for the next one: each service has its own word for it. */
interface Page {
  readonly Marker?: string;
  readonly NextToken?: string;
  readonly nextToken?: string;
}

/** Every item of a list that comes in pages. */
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

/** Names the operation in front of the service's error. */
export async function step<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new Error(`${what}: ${textOf(error)}`);
  }
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** RFC 3339 in whole seconds, as the released provider writes times; the empty text for none. */
export function timeText(date: Date | undefined): string {
  return date ? date.toISOString().replace(/\.\d+Z$/, "Z") : "";
}
