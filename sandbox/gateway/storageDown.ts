import { startAgain } from "../startAgain";

/** For clients of both protocols. */
export const storageDownMessage = `The sandbox's image storage (CNCF Distribution) does not answer: ${startAgain}.`;

/** Distribution was stopped or killed. What it was asked for last may or may not have happened. */
export function isStorageDown(error: unknown): boolean {
  return ["ECONNREFUSED", "ECONNRESET", "EPIPE"].includes((error as NodeJS.ErrnoException).code ?? "");
}
