import { byteLength } from "../../../ecr/values/stringLength";
import type { Failure } from "../../../provider/protocol/definition";
import type { PropertyMap } from "../../../provider/protocol/values";

// Rules shared by properties of many types.

// The released provider counts a string's bytes, as Go does.

/** A string of at most this many bytes. */
export function atMost(length: number): (value: unknown) => string | undefined {
  return (value) =>
    typeof value === "string" && byteLength(value) > length ? `expected at most ${length} bytes` : undefined;
}

/** A string with a length in bytes within bounds, with the released provider's message. */
export function lengthBetween(minimum: number, maximum: number): (value: unknown) => string | undefined {
  return (value) =>
    typeof value === "string" && (byteLength(value) < minimum || byteLength(value) > maximum)
      ? `expected length to be in the range (${minimum} - ${maximum})`
      : undefined;
}

/** An integer within bounds. */
export function between(low: number, high: number): (value: unknown) => string | undefined {
  return (value) =>
    typeof value === "number" && (value < low || value > high || !Number.isInteger(value))
      ? `expected a whole number from ${low} to ${high}`
      : undefined;
}

/** An ARN, or an empty string for none. */
export function arnRule(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && !/^arn:[\w-]+:[\w-]+:[\w-]*:(?:\d{12}|aws)?:.+$/.test(value)
    ? "is an invalid ARN"
    : undefined;
}

/** An account ID. */
export function accountRule(value: unknown): string | undefined {
  return typeof value === "string" && !/^\d{12}$/.test(value) ? "must be an AWS account ID of 12 digits" : undefined;
}

/** Base64 data. */
export function base64(reason: string): (value: unknown) => string | undefined {
  return (value) =>
    typeof value === "string" && !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value)
      ? reason
      : undefined;
}

/** Properties that exclude each other: when two are set, the second one is reported. */
export function onlyOneOf(inputs: PropertyMap, ...properties: string[]): Failure[] {
  const [first, second] = properties.filter((property) => inputs[property] !== undefined);
  return second === undefined
    ? []
    : [{ property: second, reason: `${second}: conflicts with ${first}; set only one of them` }];
}
