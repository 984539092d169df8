import { UnknownValueError } from "@pulumi/policy";

/**
 * Replaces a value that is unknown in a preview, in copies of properties. Reading such a value from the resource itself
 * throws, and the engine then reports the whole policy as not run, at advisory level: a mandatory policy would stop
 * nothing.
 */
export class Unknown {
  constructor(
    /** What reading the value threw; thrown again, Pulumi reports it at advisory level. */
    readonly error: Error,
  ) {}
}

/**
 * For values that no update will know either: Pulumi reports this error at advisory level, like that of an unknown
 * value.
 */
export function permanentlyUnknown(): Unknown {
  // The constructor takes only the sentinels of unknown values, which the package does not export.
  const error: Error = Object.create(UnknownValueError.prototype, { message: { value: "", writable: true } });
  return new Unknown(error);
}

/** The sentinel of an unknown string. A provider may put it into a longer string, such as a policy document. */
const unknownSentinel = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What `pulumi policy analyze --file` shows instead of any secret. */
const redacted = "[secret]";

/** A copy of one property of a resource, with an Unknown for each unknown value in it. Never throws. */
export function readProperty(object: object, key: string): unknown {
  return read(object as Record<string, unknown>, key);
}

function read(object: Record<string, unknown>, key: string): unknown {
  let value: unknown;
  try {
    value = object[key];
  } catch (error) {
    if (error instanceof UnknownValueError) {
      return new Unknown(error as Error);
    }
    throw error;
  }
  if (value === redacted || (typeof value === "string" && value.includes(unknownSentinel))) {
    return permanentlyUnknown();
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const source = value as Record<string, unknown>;
  if (Array.isArray(value)) {
    return Array.from({ length: value.length }, (_, index) => read(source, String(index)));
  }
  return Object.fromEntries(Object.keys(source).map((each) => [each, read(source, each)]));
}

/** The paths of the unknown values in a copy, relative to it: `rules[0].selection`. */
export function unknownPaths(value: unknown, path = ""): { path: string; unknown: Unknown }[] {
  if (value instanceof Unknown) {
    return [{ path, unknown: value }];
  }
  if (Array.isArray(value)) {
    return value.flatMap((each, index) => unknownPaths(each, `${path}[${index}]`));
  }
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, each]) => unknownPaths(each, path === "" ? key : `${path}.${key}`));
}
