import type { IncomingMessage } from "node:http";
import { readAll } from "../distributionClient";
import { RegistryError } from "./registryError";

/**
 * A request's whole body.
 *
 * @param limit The most bytes that it may have.
 * @param code The refusal's code when it has more.
 * @throws RegistryError with status 413.
 */
export async function readBody(request: IncomingMessage, limit: number, code: string): Promise<Buffer> {
  try {
    return await readAll(request, limit);
  } catch (error) {
    throw error instanceof RangeError ? new RegistryError(413, code, `There are at most ${limit} bytes here.`) : error;
  }
}
