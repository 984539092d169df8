/** A JSON object about whose values nothing is known yet. */
export type JsonObject = Record<string, unknown>;

/** Whether a value is an object in JSON's sense: neither a list nor null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
