import type { PropertyChange, ResourceHandler } from "../../../provider/protocol/definition";
import { isMap, isUnknown, type PropertyMap, type PropertyValue, Secret } from "../../../provider/protocol/values";
import { build } from "./build";
import type { Builder } from "./builder";
import { contextHash } from "./contextHash";
import { checkInputs, foreignProperties, imageType, readInputs, unsupportedFailure } from "./imageInputs";

/**
 * `docker-build.Image` as in the released provider (pulumi-docker-build provider/internal/image.go): the same inputs
 * after Check and the same state. A change of any input but a password, or of the context's content, rebuilds and
 * pushes in place.
 */
export const image: ResourceHandler<Builder> = {
  type: imageType,

  async check({ news }) {
    const foreign = foreignProperties(news);
    if (foreign.length > 0) return { inputs: news, failures: [unsupportedFailure(foreign)] };
    return checkInputs(news);
  },

  async diff({ oldOutputs, news }) {
    const changes: Record<string, PropertyChange> = {};
    const properties = new Set([...Object.keys(oldOutputs), ...Object.keys(news)]);
    for (const key of properties) {
      if (key.startsWith("__") || outputs.includes(key)) continue;
      const same = key === "registries" ? sameLogins : sameValue;
      if (!same(oldOutputs[key], news[key])) changes[key] = { kind: "update" };
    }
    const { context, dockerfile } = readInputs(news);
    if (contextHash(context, dockerfile) !== oldOutputs["contextHash"]) changes["contextHash"] = { kind: "update" };
    return { changes };
  },

  async create(inputs, builder, context) {
    const read = readInputs(inputs);
    const hash = contextHash(read.context, read.dockerfile);
    if (context.preview) {
      if (inputs["buildOnPreview"] !== false) context.log("info", "The sandbox's stand-in never builds in a preview.");
      return { id: "", outputs: { ...inputs, contextHash: hash } };
    }
    const digest = await build(read, builder, context);
    return { id: digest, outputs: stateOf(inputs, { digest, contextHash: hash, ref: "" }) };
  },

  /** Without `tags` the released provider does not query a registry. */
  async read({ id, inputs, outputs: state }) {
    return { id, inputs, outputs: stateOf(state, {}) };
  },

  async update({ news }, builder, context) {
    const read = readInputs(news);
    const hash = contextHash(read.context, read.dockerfile);
    if (context.preview) return { ...news, contextHash: hash };
    return stateOf(news, { digest: await build(read, builder, context), contextHash: hash, ref: "" });
  },

  /** Without `tags` the released provider deletes nothing from a registry. */
  async delete() {},
};

const outputs = ["digest", "contextHash", "ref"];

/** Secrets and logins stay secret in the state. */
function stateOf(inputs: PropertyMap, more: PropertyMap): PropertyMap {
  const state: PropertyMap = { ...inputs, ...more };
  for (const key of ["secrets", "registries"]) {
    const value = state[key];
    if (value !== undefined) state[key] = new Secret(value);
  }
  return state;
}

/** A different password is not a change: a registry's token differs on every run. */
function sameLogins(left: PropertyValue | undefined, right: PropertyValue | undefined): boolean {
  const names = (value: PropertyValue | undefined) =>
    (Array.isArray(value) ? value : []).map((each) => (isMap(each) ? { ...each, password: "" } : each));
  return sameValue(names(left), names(right));
}

function sameValue(left: PropertyValue | undefined, right: PropertyValue | undefined): boolean {
  if (isUnknown(left) || isUnknown(right)) return false;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((element, index) => sameValue(element, right[index]));
  }
  if (isMap(left) && isMap(right)) {
    return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) => sameValue(left[key], right[key]));
  }
  return (left ?? null) === (right ?? null);
}
