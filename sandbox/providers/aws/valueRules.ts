// Rules that the properties of many types share.

/** A text of at most so many characters. */
export function atMost(length: number): (value: unknown) => string | undefined {
  return (value) =>
    typeof value === "string" && value.length > length ? `expected at most ${length} characters` : undefined;
}

/** A whole number within bounds. */
export function between(low: number, high: number): (value: unknown) => string | undefined {
  return (value) =>
    typeof value === "number" && (value < low || value > high || !Number.isInteger(value))
      ? `expected a whole number from ${low} to ${high}`
      : undefined;
}

/** An ARN; the empty text stands for none. */
export function arnRule(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && !/^arn:[\w-]+:[\w-]+:[\w-]*:(?:\d{12}|aws)?:.+$/.test(value)
    ? "is an invalid ARN"
    : undefined;
}
