import { step, textOf } from "./ecr/repository";
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
