import { restartAdvice } from "../../restartAdvice";

/** Used by both protocols. */
export const storageDownMessage = `The sandbox's image storage (CNCF Distribution) does not answer: ${restartAdvice}.`;

/** Distribution was stopped or killed. Its last request may or may not have taken effect. */
export function isStorageDown(error: unknown): boolean {
  return ["ECONNREFUSED", "ECONNRESET", "EPIPE"].includes((error as NodeJS.ErrnoException).code ?? "");
}
