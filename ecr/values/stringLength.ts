/** Length in Unicode characters, as AWS counts; JavaScript's `length` counts two for each character outside the BMP. */
export function characterCount(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Length in UTF-8 bytes: what the AWS provider counts where the services count characters. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/**
 * A JSON document as sent, without the whitespace of its source: the AWS provider and the components send it like this,
 * and limits apply to what is sent. `undefined` for a value that cannot be converted to JSON (a cycle, a big integer).
 */
export function compactJson(document: unknown): string | undefined {
  try {
    return JSON.stringify(typeof document === "string" ? JSON.parse(document) : document);
  } catch {
    return undefined;
  }
}
