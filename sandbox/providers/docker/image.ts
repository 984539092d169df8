import * as fs from "node:fs";
import * as path from "node:path";
import type {
  CallContext,
  CheckRequest,
  CheckResult,
  PropertyChange,
  ResourceHandler,
} from "../../../provider/protocol/definition";
import {
  containsUnknown,
  isMap,
  isUnknown,
  type PropertyMap,
  type PropertyValue,
  Secret,
} from "../../../provider/protocol/values";
import { notSupported } from "../protocol/notSupported";
import { contextDigest } from "./buildContext";
import type { DockerEngine } from "./dockerEngine";
import { buildImage } from "./imageBuild";
import { foreignProperties, imageProperties, readBuild, readFlag, readRegistry, stringOf } from "./imageInputs";
import { registryAddress } from "./references";

export const imageType = "docker:index/image:Image";

/**
 * `docker.Image` as in the released provider (pulumi-docker provider/image.go): the same inputs after Check and the
 * same state, so that a stack can switch plugins. A change of anything but credentials rebuilds and pushes in place.
 */
export const image: ResourceHandler<DockerEngine> = {
  type: imageType,

  async check(request, _engine, context) {
    return checkImage(request, context);
  },

  async diff({ oldOutputs, oldInputs, news }) {
    const stored = oldOutputs["__inputs"];
    const before = isMap(stored) ? stored : oldInputs;
    const changes: Record<string, PropertyChange> = {};
    for (const key of new Set([...Object.keys(before), ...Object.keys(news)])) {
      if (key.startsWith("__")) continue;
      const [left, right] = [before[key], news[key]];
      if (isNothing(left) && isNothing(right)) continue;
      if (isNothing(left)) changes[key] = { kind: "add", inputDiff: true };
      else if (isNothing(right)) changes[key] = { kind: "delete", inputDiff: true };
      else if (!sameValue(left, right) && !(key === "registry" && sameServer(left, right))) {
        changes[key] = { kind: "update", inputDiff: true };
      }
    }
    return { changes };
  },

  async create(inputs, engine, context) {
    if (context.preview && !canBuildInPreview(inputs, context)) return { id: "", outputs: inputs };
    const outputs = await buildImage(inputs, engine, context);
    return { id: String(outputs["imageName"]), outputs: withInputs(outputs, inputs) };
  },

  /** Neither the daemon nor the registry is checked: a moved or deleted tag is not drift. */
  async read({ id, inputs, outputs }) {
    return { id, inputs, outputs: keepSecretInputs(outputs) };
  },

  async update({ news }, engine, context) {
    if (context.preview && !canBuildInPreview(news, context)) return news;
    return withInputs(await buildImage(news, engine, context), news);
  },

  /** The image is kept, in Docker and in the registry. */
  async delete() {},
};

async function checkImage({ news }: CheckRequest, context: CallContext): Promise<CheckResult> {
  const foreign = foreignProperties(news);
  if (foreign.length > 0) {
    const supported = Object.entries(imageProperties).flatMap(([block, keys]) =>
      keys.filter((key) => key !== "contextDigest").map((key) => (block === "" ? key : `${block}.${key}`)),
    );
    const reason = notSupported(
      `${foreign.join(", ")} of ${imageType} ${foreign.length === 1 ? "is" : "are"}`,
      supported,
    );
    return { inputs: news, failures: [{ property: foreign[0] ?? "", reason }] };
  }
  if (isNothing(news["imageName"])) {
    return { inputs: news, failures: [{ property: "imageName", reason: "Missing required property 'imageName'" }] };
  }
  const inputs: PropertyMap = withoutNulls(news);
  inputs["buildOnPreview"] = readFlag(news["buildOnPreview"]);
  if (inputs["skipPush"] === undefined) inputs["skipPush"] = false;
  const build = readBuild(news["build"]);
  const block: PropertyMap = isMap(inputs["build"]) ? { ...inputs["build"] } : {};
  if (!isUnknown(inputs["build"])) {
    inputs["build"] = block;
    if (!containsUnknown(block["context"])) block["context"] = build.context;
    if (!containsUnknown(block["dockerfile"]) && !isUnknown(block["context"])) {
      block["dockerfile"] = build.dockerfile;
      requireDockerfile(build.context, build.dockerfile);
      block["contextDigest"] = contextDigest(build.context, build.dockerfile);
    }
    if (isNothing(block["platform"])) block["platform"] = hostPlatform(context);
  }
  checkNames(news, build.cachedImages);
  return { inputs };
}

function requireDockerfile(context: string, dockerfile: string): void {
  const missing = missingFile(dockerfile);
  if (missing === undefined) return;
  if (path.isAbsolute(dockerfile)) {
    throw new Error(`expected a relative Dockerfile path; got "${dockerfile}" instead: ${missing}`);
  }
  const inContext = path.join(context, dockerfile);
  if (missingFile(inContext) !== undefined) {
    throw new Error(`could not open dockerfile at relative path "${dockerfile}": ${missing}`);
  }
  throw new Error(
    `could not open dockerfile at relative path "${dockerfile}". Try setting \`dockerfile\` to "${inContext}"`,
  );
}

function missingFile(file: string): string | undefined {
  try {
    fs.statSync(file);
    return undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return `stat ${file}: ${code === "ENOENT" ? "no such file or directory" : String(code)}`;
  }
}

function hostPlatform(context: CallContext): string {
  const architectures: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };
  const platform = `linux/${architectures[process.arch] ?? process.arch}`;
  context.log(
    "info",
    `Building your image for ${platform} architecture.\nTo ensure you are building for the correct platform, consider ` +
      "explicitly setting the `platform` field on ImageBuildOptions.",
  );
  return platform;
}

/** A name that is pushed, or whose registry has a cache, must include its registry. */
function checkNames(news: PropertyMap, cachedImages: readonly string[]): void {
  const imageName = stringOf(news["imageName"]);
  if (imageName === undefined || (cachedImages.length === 0 && readFlag(news["skipPush"]))) return;
  const host = registryAddress(readRegistry(news["registry"]).server, imageName);
  for (const cached of cachedImages) registryAddress(host, cached);
}

/** Whether a preview has everything a build needs; called only when `buildOnPreview` is set. */
function canBuildInPreview(inputs: PropertyMap, context: CallContext): boolean {
  if (!readFlag(inputs["buildOnPreview"])) return false;
  const build = inputs["build"];
  const known =
    isMap(build) &&
    !containsUnknown(build["dockerfile"]) &&
    !containsUnknown(build["context"]) &&
    !containsUnknown(build["args"]) &&
    !containsUnknown(inputs["imageName"]);
  if (!known) {
    context.log(
      "warning",
      "Minimum inputs for build are unresolved. Continuing without preview image build. To avoid this warning, ensure " +
        "image name, dockerfile, args, and context are resolved at preview.",
    );
  }
  return known;
}

/** The inputs are stored in the state, as a secret, for the next comparison. */
function withInputs(outputs: PropertyMap, inputs: PropertyMap): PropertyMap {
  return { ...outputs, __inputs: new Secret(inputs) };
}

function keepSecretInputs(outputs: PropertyMap): PropertyMap {
  const stored = outputs["__inputs"];
  return stored === undefined ? outputs : { ...outputs, __inputs: new Secret(stored) };
}

function withoutNulls(map: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(map)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, isMap(value) ? withoutNulls(value) : value]),
  );
}

function isNothing(value: PropertyValue | undefined): value is null | undefined {
  return value === undefined || value === null;
}

/** Different credentials for the same registry are not a change: they differ on every run. */
function sameServer(left: PropertyValue, right: PropertyValue): boolean {
  if (!isMap(left) || !isMap(right)) return false;
  const [before, after] = [left["server"], right["server"]];
  // As in the released provider, only replacing one server with another counts.
  return isNothing(before) || isNothing(after) || sameValue(before, after);
}

function sameValue(left: PropertyValue, right: PropertyValue): boolean {
  if (isUnknown(left) || isUnknown(right)) return false;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((element, index) => sameValue(element, right[index] ?? null));
  }
  if (isMap(left) && isMap(right)) {
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...keys].every((key) => sameValue(left[key] ?? null, right[key] ?? null));
  }
  return left === right;
}
