import * as fs from "node:fs";
import * as path from "node:path";
import type { Failure } from "../../../provider/protocol/definition";
import {
  asString,
  asStrings,
  containsUnknown,
  isMap,
  isUnknown,
  type PropertyMap,
  type PropertyValue,
} from "../../../provider/protocol/values";
import { notSupported } from "../protocol/notSupported";

export const imageType = "docker-build:index:Image";

/** Supported properties and their parts. */
const supported: Readonly<Record<string, readonly string[] | undefined>> = {
  addHosts: undefined,
  buildArgs: undefined,
  buildOnPreview: undefined,
  cacheFrom: ["raw"],
  cacheTo: ["raw"],
  context: ["location"],
  dockerfile: ["location"],
  exports: ["raw"],
  network: undefined,
  platforms: undefined,
  push: undefined,
  registries: ["address", "password", "username"],
  secrets: undefined,
  ssh: ["id", "paths"],
  target: undefined,
};

/** Unsupported properties in the inputs, in the user's notation: `exports[0].registry`, `push: true`. */
export function foreignProperties(inputs: PropertyMap): string[] {
  const given = Object.entries(inputs).filter(([key, value]) => !key.startsWith("__") && isGiven(value));
  const foreign = given.flatMap(([key, value]): string[] => {
    if (!Object.hasOwn(supported, key)) return [key];
    const parts = supported[key];
    if (parts === undefined) return [];
    const maps = Array.isArray(value)
      ? value.map((each, index) => [`${key}[${index}]`, each] as const)
      : [[key, value] as const];
    return maps.flatMap(([at, map]) =>
      Object.entries(isMap(map) ? map : {})
        .filter(([part, its]) => isGiven(its) && !parts.includes(part))
        .map(([part]) => `${at}.${part}`),
    );
  });
  return inputs["push"] === true ? [...foreign, "push: true"] : foreign;
}

export function unsupportedFailure(foreign: readonly string[]): Failure {
  const all = Object.entries(supported).flatMap(([key, parts]) => parts?.map((part) => `${key}.${part}`) ?? [key]);
  const what = `${foreign.join(", ")} of ${imageType} ${foreign.length === 1 ? "is" : "are"}`;
  return { property: foreign[0]?.split(/[.[:]/)[0] ?? "", reason: notSupported(what, all) };
}

/** A build with only known values. */
export interface BuildInputs {
  context: string;
  dockerfile: string;
  args: Record<string, string>;
  target: string;
  network: string;
  platforms: string[];
  extraHosts: string[];
  /** In buildx's format: `type=registry,ref=…`. */
  cacheFrom: string[];
  cacheTo: string[];
  exports: string[];
  secrets: Record<string, string>;
  ssh: { id: string; paths: string[] }[];
  registries: { address: string; username: string; password: string }[];
}

export function readInputs(inputs: PropertyMap): BuildInputs {
  const raws = (key: string) => mapsOf(inputs[key]).flatMap(({ raw }) => asString(raw) ?? []);
  return {
    context: locationOf(inputs["context"]) ?? ".",
    dockerfile: locationOf(inputs["dockerfile"]) ?? "",
    args: textMap(inputs["buildArgs"]),
    target: asString(inputs["target"]) ?? "",
    network: asString(inputs["network"]) ?? "default",
    platforms: asStrings(inputs["platforms"]),
    extraHosts: asStrings(inputs["addHosts"]),
    cacheFrom: raws("cacheFrom"),
    cacheTo: raws("cacheTo"),
    exports: raws("exports"),
    secrets: textMap(inputs["secrets"]),
    ssh: mapsOf(inputs["ssh"]).map(({ id, paths }) => ({ id: asString(id) ?? "", paths: asStrings(paths) })),
    registries: mapsOf(inputs["registries"]).map(({ address, username, password }) => ({
      address: asString(address) ?? "",
      username: asString(username) ?? "",
      password: asString(password) ?? "",
    })),
  };
}

/** The inputs as the released provider stores them, and their faults. */
export function checkInputs(news: PropertyMap): { inputs: PropertyMap; failures: Failure[] } {
  const failures: Failure[] = [];
  const inputs: PropertyMap = Object.fromEntries(Object.entries(news).filter(([, value]) => value !== null));
  if (!isGiven(inputs["push"])) failures.push({ property: "push", reason: "Missing required property 'push'" });
  inputs["buildOnPreview"] ??= true;
  inputs["network"] ??= "default";
  const context = inputs["context"];
  if (!isUnknown(context) && !containsUnknown(isMap(context) ? context["location"] : undefined)) {
    const location = locationOf(context) ?? ".";
    inputs["context"] ??= { location };
    if (!fs.statSync(location, { throwIfNoEntry: false })?.isDirectory()) {
      failures.push({ property: "context.location", reason: `"${location}": not a valid directory or URL` });
    }
    inputs["dockerfile"] ??= { location: path.join(location, "Dockerfile") };
  }
  const dockerfile = locationOf(inputs["dockerfile"]);
  if (dockerfile !== undefined && !fs.statSync(dockerfile, { throwIfNoEntry: false })?.isFile()) {
    failures.push({ property: "dockerfile.location", reason: `open ${dockerfile}: no such file or directory` });
  }
  for (const [index, { paths }] of mapsOf(inputs["ssh"]).entries()) {
    const reason = missingAgent(asStrings(paths));
    if (reason !== undefined) failures.push({ property: `ssh[${index}]`, reason });
  }
  return { inputs, failures };
}

function missingAgent(paths: readonly string[]): string | undefined {
  if (paths.length === 0) {
    return process.env["SSH_AUTH_SOCK"] ? undefined : "invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set";
  }
  const missing = paths.find((each) => !fs.existsSync(each));
  return missing === undefined ? undefined : `failed to stat ${missing}: no such file or directory`;
}

function locationOf(value: PropertyValue | undefined): string | undefined {
  return isMap(value) ? asString(value["location"]) : undefined;
}

function mapsOf(value: PropertyValue | undefined): PropertyMap[] {
  return Array.isArray(value) ? value.filter(isMap) : [];
}

function textMap(value: PropertyValue | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(isMap(value) ? value : {}).flatMap(([key, each]) => (isUnknown(each) ? [] : [[key, String(each)]])),
  );
}

/** Ignores the null values that SDKs send for omitted properties. */
function isGiven(value: PropertyValue | undefined): boolean {
  return value !== undefined && value !== null;
}
