import { Struct } from "google-protobuf/google/protobuf/struct_pb";

/**
 * Property values in the protocol between engine and provider, and their special encodings. The signatures and the
 * sentinel are those of the Pulumi SDKs (`sdk/go/common/resource/sig`, `plugin.UnknownStringValue`).
 */
export const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
const unknownStrings = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9", // string, and also sent for every other type
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // bool
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);
const unknownString = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A value that is not known in a preview. The only instance is {@link unknown}. */
export class Unknown {
  readonly kind = "unknown";
}
export const unknown = new Unknown();

/** A value that the engine must always encrypt. Only occurs in handler results. */
export class Secret {
  constructor(readonly value: PropertyValue) {}
}

export type PropertyValue = null | boolean | number | string | Unknown | Secret | PropertyValue[] | PropertyMap;
export interface PropertyMap {
  [key: string]: PropertyValue;
}
export type PathSegment = string | number;

export function isUnknown(value: unknown): value is Unknown {
  return value instanceof Unknown;
}

export function isMap(value: PropertyValue | undefined): value is PropertyMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Unknown) &&
    !(value instanceof Secret)
  );
}

/** Whether a provider setting is set: the SDKs send omitted ones as empty or false values, also in JSON. */
export function isSet(value: PropertyValue | undefined): boolean {
  return (
    value !== undefined &&
    value !== null &&
    value !== "" &&
    value !== false &&
    !["false", "[]", "{}", "null"].includes(String(value))
  );
}

/** A non-empty string; otherwise undefined, because the released providers treat an empty string as unset. */
export function asString(value: PropertyValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A list of strings; empty when absent. */
export function asStrings(value: PropertyValue | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

export function containsUnknown(value: PropertyValue | undefined): boolean {
  if (value instanceof Unknown) return true;
  if (value instanceof Secret) return containsUnknown(value.value);
  if (Array.isArray(value)) return value.some(containsUnknown);
  return isMap(value) && Object.values(value).some(containsUnknown);
}

/** A property bag without its wrappers, and which properties were secret. */
export interface DecodedProperties {
  readonly values: PropertyMap;
  readonly secrets: SecretPaths;
}

/** Paths of the secrets in a property bag; kept separately so that handlers work with plain values. */
export class SecretPaths {
  private readonly paths = new Set<string>();
  private readonly strings = new Set<string>();

  add(path: readonly PathSegment[], value: PropertyValue): void {
    this.paths.add(JSON.stringify(path));
    this.collect(value);
  }

  has(path: readonly PathSegment[]): boolean {
    return this.paths.has(JSON.stringify(path));
  }

  merge(other: SecretPaths): this {
    for (const path of other.paths) this.paths.add(path);
    for (const text of other.strings) this.strings.add(text);
    return this;
  }

  /** Redacts every secret in a string, except values of one or two characters, which would garble any string. */
  redact(text: string): string {
    let result = text;
    for (const secret of [...this.strings].sort((a, b) => b.length - a.length)) {
      result = result.split(secret).join("[secret]");
    }
    return result;
  }

  private collect(value: PropertyValue): void {
    if (typeof value === "string") {
      if (value.length > 2) this.strings.add(value);
    } else if (typeof value === "number") {
      if (String(value).length > 2) this.strings.add(String(value));
    } else if (Array.isArray(value)) {
      value.forEach((element) => {
        this.collect(element);
      });
    } else if (isMap(value)) {
      Object.values(value).forEach((element) => {
        this.collect(element);
      });
    }
  }
}

export function decode(struct: Struct | undefined): DecodedProperties {
  const secrets = new SecretPaths();
  const raw = (struct?.toJavaScript() ?? {}) as Record<string, unknown>;
  return { values: decodeMap(raw, [], secrets), secrets };
}

/** Encodes a property bag; values at a path in `secrets`, and every {@link Secret}, are sent as secrets. */
export function encode(values: PropertyMap, secrets: SecretPaths = new SecretPaths()): Struct {
  const encoded: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined) encoded[key] = encodeValue(value, [key], secrets);
  }
  return Struct.fromJavaScript(encoded as Parameters<typeof Struct.fromJavaScript>[0]);
}

function decodeMap(raw: Record<string, unknown>, path: PathSegment[], secrets: SecretPaths): PropertyMap {
  const result: PropertyMap = {};
  for (const [key, value] of Object.entries(raw)) result[key] = decodeValue(value, [...path, key], secrets);
  return result;
}

function decodeValue(raw: unknown, path: PathSegment[], secrets: SecretPaths): PropertyValue {
  if (raw === null || raw === undefined) return null;
  if (typeof raw === "string") return unknownStrings.has(raw) ? unknown : raw;
  if (typeof raw === "boolean" || typeof raw === "number") return raw;
  if (Array.isArray(raw)) return raw.map((element, index) => decodeValue(element, [...path, index], secrets));
  const map = raw as Record<string, unknown>;
  switch (map[signatureKey]) {
    case secretSignature: {
      const value = decodeValue(map["value"], path, secrets);
      secrets.add(path, value);
      return value;
    }
    case outputSignature: {
      const value = "value" in map ? decodeValue(map["value"], path, secrets) : unknown;
      if (map["secret"] === true) secrets.add(path, value);
      return value;
    }
    case resourceSignature:
      // A resource reference becomes its ID, as in every provider that does not support references.
      return map["id"] === undefined || map["id"] === ""
        ? decodeValue(map["urn"], path, secrets)
        : decodeValue(map["id"], path, secrets);
    default:
      // Assets and archives are passed through with their signature; no type of the stand-ins uses them.
      return decodeMap(map, path, secrets);
  }
}

/** Removes nested secret markers: a value that is secret as a whole needs none inside. */
function withoutSecretMarkers(value: PropertyValue): PropertyValue {
  if (value instanceof Secret) return withoutSecretMarkers(value.value);
  if (Array.isArray(value)) return value.map(withoutSecretMarkers);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutSecretMarkers(each)]));
}

function encodeValue(value: PropertyValue, path: PathSegment[], secrets: SecretPaths): unknown {
  if (value instanceof Secret) {
    return {
      [signatureKey]: secretSignature,
      value: encodeValue(withoutSecretMarkers(value.value), path, new SecretPaths()),
    };
  }
  if (secrets.has(path)) {
    return {
      [signatureKey]: secretSignature,
      value: encodeValue(withoutSecretMarkers(value), path, new SecretPaths()),
    };
  }
  if (value instanceof Unknown) return unknownString;
  if (Array.isArray(value)) return value.map((element, index) => encodeValue(element, [...path, index], secrets));
  if (isMap(value)) {
    const result: Record<string, unknown> = {};
    for (const [key, element] of Object.entries(value)) {
      if (element !== undefined) result[key] = encodeValue(element, [...path, key], secrets);
    }
    return result;
  }
  return value;
}

/** Formats a path in the engine's property path syntax: `encryptionConfigurations[0].kmsKey`, `tags["cost.center"]`. */
export function formatPath(path: readonly PathSegment[]): string {
  return path
    .map((segment, index) => {
      if (typeof segment === "number") return `[${segment}]`;
      if (!/^[A-Za-z_$][\w$]*$/.test(segment)) return `["${segment.replace(/"/g, '\\"')}"]`;
      return index === 0 ? segment : `.${segment}`;
    })
    .join("");
}
