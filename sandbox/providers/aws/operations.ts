import { hasCode } from "./send";

/** What `action` reads; undefined when the service answers with one of the codes that mean that it is gone. */
export async function readUnlessGone<T>(
  what: string,
  goneCodes: readonly string[],
  action: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (hasCode(error, ...goneCodes)) return undefined;
    throw new Error(`reading ${what}: ${textOf(error)}`);
  }
}

/** Deletes; what is gone already is deleted. */
export async function deleteUnlessGone(
  what: string,
  goneCodes: readonly string[],
  action: () => Promise<unknown>,
): Promise<void> {
  await step(`deleting ${what}`, async () => {
    try {
      await action();
    } catch (error) {
      if (!hasCode(error, ...goneCodes)) throw error;
    }
  });
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
