import type { IncomingMessage } from "node:http";
import { readAll } from "../storage/distributionClient";
import { RegistryError } from "./registryError";

/**
 * Reads a request's whole body.
 *
 * @param limit Maximum length in bytes.
 * @param code Error code for a longer body.
 * @throws RegistryError with status 413.
 */
export async function readBody(request: IncomingMessage, limit: number, code: string): Promise<Buffer> {
  try {
    return await readAll(request, limit);
  } catch (error) {
    throw error instanceof RangeError
      ? new RegistryError(413, code, `The body must be at most ${limit} bytes.`)
      : error;
  }
}
