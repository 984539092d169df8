/** The parsed value of a JSON string, any other value unchanged; `undefined` for a string that is not JSON. */
export function parsedJson(value: unknown): unknown {
  if (typeof value !== "string") {
    return value;
  }
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
