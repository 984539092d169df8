import * as path from "node:path";
import { isMap, isUnknown, type PropertyMap, type PropertyValue } from "../../../provider/protocol/values";

export interface BuildInputs {
  readonly context: string;
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  readonly target: string;
  readonly platform: string;
  readonly network: string;
  readonly extraHosts: readonly string[];
  readonly cachedImages: readonly string[];
  /** The daemon's number: 1 is the classic builder, 2 is BuildKit. */
  readonly builder: "1" | "2";
}

export interface RegistryInputs {
  readonly server: string;
  readonly username: string;
  readonly password: string;
}

/** The build block with the released provider's defaults; unknown values in a preview are left empty. */
export function readBuild(value: PropertyValue | undefined): BuildInputs {
  const defaults: BuildInputs = {
    context: "",
    dockerfile: "",
    args: {},
    target: "",
    platform: "",
    network: "",
    extraHosts: [],
    cachedImages: [],
    builder: "2",
  };
  if (value === undefined || value === null) return { ...defaults, context: ".", dockerfile: "Dockerfile" };
  if (!isMap(value)) return defaults;
  const context = isUnknown(value["context"]) ? "" : (stringOf(value["context"]) ?? ".");
  return {
    context,
    dockerfile: isUnknown(value["dockerfile"])
      ? ""
      : (stringOf(value["dockerfile"]) ?? path.posix.normalize(path.posix.join(context, "Dockerfile"))),
    args: readArgs(value["args"]),
    target: stringOf(value["target"]) ?? "",
    platform: stringOf(value["platform"]) ?? "",
    network: stringOf(value["network"]) ?? "",
    extraHosts: stringsOf(value["addHosts"]),
    cachedImages: readCachedImages(value["cacheFrom"]),
    builder: readBuilder(value["builderVersion"]),
  };
}

export function readRegistry(value: PropertyValue | undefined): RegistryInputs {
  const registry = isMap(value) ? value : {};
  return {
    server: stringOf(registry["server"]) ?? "",
    username: stringOf(registry["username"]) ?? "",
    password: stringOf(registry["password"]) ?? "",
  };
}

/** `buildOnPreview` and `skipPush`: unknown counts as false. */
export function readFlag(value: PropertyValue | undefined): boolean {
  return value === true;
}

function readBuilder(value: PropertyValue | undefined): "1" | "2" {
  switch (value) {
    case undefined:
    case null:
    case "BuilderBuildKit":
      return "2";
    case "BuilderV1":
      return "1";
    default:
      throw new Error("invalid Docker Builder version");
  }
}

function readArgs(value: PropertyValue | undefined): Record<string, string> {
  const args: Record<string, string> = {};
  for (const [key, element] of Object.entries(isMap(value) ? value : {})) {
    if (element !== null && !isUnknown(element)) args[key] = String(element);
  }
  return args;
}

function readCachedImages(value: PropertyValue | undefined): string[] {
  if (!isMap(value)) return [];
  if (!("images" in value)) throw new Error("cacheFrom requires an `images` field");
  const { images } = value;
  if (images === null || isUnknown(images)) return [];
  if (!Array.isArray(images)) throw new Error("the `images` field must be a list of strings");
  return stringsOf(images);
}

function stringsOf(value: PropertyValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((element): element is string => typeof element === "string") : [];
}

export function stringOf(value: PropertyValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Properties of the resource and its blocks; all others are rejected by name. */
export const imageProperties: Readonly<Record<string, readonly string[]>> = {
  "": ["build", "buildOnPreview", "imageName", "registry", "skipPush"],
  build: [
    "addHosts",
    "args",
    "builderVersion",
    "cacheFrom",
    "context",
    "contextDigest",
    "dockerfile",
    "network",
    "platform",
    "target",
  ],
  registry: ["password", "server", "username"],
};

/** Given properties that are in none of the lists above, such as `build.secrets`. */
export function foreignProperties(inputs: PropertyMap): string[] {
  return Object.entries(imageProperties).flatMap(([block, known]) => {
    const bag = block === "" ? inputs : inputs[block];
    return isMap(bag)
      ? Object.keys(bag)
          .filter((key) => !known.includes(key) && !key.startsWith("__"))
          .map((key) => (block === "" ? key : `${block}.${key}`))
      : [];
  });
}
