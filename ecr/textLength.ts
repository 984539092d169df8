/** Characters as AWS counts them: of Unicode, where JavaScript's `length` counts two for each beyond its first plane. */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Bytes in UTF-8: what the AWS provider counts where the services count characters. */
export function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/**
 * A JSON document as it is sent, without the spaces and line breaks it may be written with: the AWS provider and the components
 * send it so, and limits are about what is sent. `undefined` for a value without JSON (a cycle, a big integer).
 */
export function compactJson(document: unknown): string | undefined {
  try {
    return JSON.stringify(typeof document === "string" ? JSON.parse(document) : document);
  } catch {
    return undefined;
  }
}
