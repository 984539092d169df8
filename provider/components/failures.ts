import { AsyncLocalStorage } from "node:async_hooks";
import { promiseHooks } from "node:v8";
import * as pulumi from "@pulumi/pulumi";
import { ProgramError } from "../../components/programError";

/** A component under construction, and what to do with an error raised outside of its constructor. */
interface Construction {
  fail(error: unknown): void;
}

const currentConstruction = new AsyncLocalStorage<Construction>();
/** Maps a promise to the component that created it. */
const owners = new WeakMap<Promise<unknown>, Construction>();

/**
 * Attributes a failure to the component that caused it. The SDK's provider server treats an unhandled error, such as a
 * wrong name that becomes known only in the update, as a failure of every component under construction.
 */
export function attributeFailures(): void {
  promiseHooks.onInit((promise) => {
    const owner = currentConstruction.getStore();
    if (owner !== undefined) owners.set(promise, owner);
  });
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason, promise) => {
    const owner = owners.get(promise);
    if (owner !== undefined) owner.fail(reason);
    else for (const handle of others) handle(reason, promise);
  });
}

/**
 * Runs the construction of a component. Unhandled errors during construction make it fail; later ones are logged.
 *
 * @param explain Converts an error to the one that is shown.
 */
export async function isolateFailure<Made>(
  make: () => Promise<Made>,
  explain: (error: unknown) => ProgramError,
): Promise<Made> {
  // One fault may fail several of its resources.
  const logged = new Set<string>();
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  const log = AsyncLocalStorage.bind((error: unknown) => {
    const { message } = explain(error);
    if (!logged.has(message)) void pulumi.log.error(message);
    logged.add(message);
  });
  try {
    return await Promise.race([currentConstruction.run({ fail: (error) => fail(error) }, make), failed]);
  } catch (error) {
    const explained = explain(error);
    logged.add(explained.message);
    throw explained;
  } finally {
    fail = log;
  }
}

/** Removes the SDK's prefixes from an error's message, and the program's stack trace. */
export function withoutSdkPrefixes(error: unknown): ProgramError {
  const message = error instanceof Error ? error.message : String(error);
  return new ProgramError(message.replace(/^(?:Error: )?(?:error serializing property "[^"]*": )+/, ""));
}
