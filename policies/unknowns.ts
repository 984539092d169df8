import { UnknownValueError } from "@pulumi/policy";

/**
 * Stands in a copy for a value that is not known in a preview. Reading such a value from the resource itself throws, and
 * the engine then reports the whole policy as not run, at advisory level: a mandatory policy would fall silent.
 */
export class Unknown {
  constructor(
    /** What reading the value threw. Thrown again, it is what Pulumi reports as "could not be judged". */
    readonly error: Error,
  ) {}
}

/** For what no update will know either: Pulumi reports this error, as that of an unknown value, at advisory level. */
export function neverKnown(): Unknown {
  // The constructor takes nothing but sentinels of unknown values, which the package keeps to itself.
  const error: Error = Object.create(UnknownValueError.prototype, { message: { value: "", writable: true } });
  return new Unknown(error);
}

/** What stands for an unknown text, and a provider may write into a longer one: a policy document, for one. */
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What `pulumi policy analyze --file` has in the place of a secret, whatever it is. */
const redacted = "[secret]";

/** One property of a resource, copied, with an Unknown for all that is not known in it. Never throws. */
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
  if (value === redacted || (typeof value === "string" && value.includes(unknownText))) {
    return neverKnown();
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

/** Where in a copy values are not known, as paths below it: `rules[0].selection`. */
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
