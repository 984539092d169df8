/** The value of a JSON text, any other value as it is; `undefined` for a text that is no JSON. */
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
