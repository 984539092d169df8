import { parsedJson } from "../engine/parsedJson";
import type { Subject } from "../engine/rule";
import { readProperty, Unknown } from "../engine/unknowns";
import { resourceTypes } from "./resourceTypes";

/** Whether the provider ignores a tag: it never reads it, so setting it would be a change in every update. */
export function ignoresTag(resource: Subject, key: string): boolean | Unknown {
  const { provider } = resource;
  if (provider === undefined || tagsProperty(resource) !== "tags") {
    return false;
  }
  const ignored = parsedJson(readProperty(provider.props, "ignoreTags"));
  const { keys, keyPrefixes } = (ignored instanceof Unknown ? {} : (ignored ?? {})) as Record<string, unknown>;
  const open = [ignored, keys, keyPrefixes].find((each) => each instanceof Unknown);
  const list = (value: unknown) => (Array.isArray(value) ? value : []);
  const isNamed = list(keys).includes(key) || list(keyPrefixes).some((each) => key.startsWith(String(each)));
  return isNamed || (open instanceof Unknown ? open : false);
}

/** A template has `resourceTags` for the repositories that ECR creates from it. */
export function tagsProperty(resource: Subject): "tags" | "resourceTags" {
  return resource.type === resourceTypes.creationTemplate ? "resourceTags" : "tags";
}

export interface Tags {
  tags: ReadonlyMap<string, unknown>;
  /** Set when there may be further tags. */
  open: Unknown | undefined;
}

/** The resource's tags with the provider's default tags, which repositories created from a template do not get. */
export function tagsOf(resource: Subject): Tags {
  const property = tagsProperty(resource);
  const own = resource.read(property);
  const provider = property === "tags" ? resource.provider : undefined;
  const defaults = provider && parsedJson(readProperty(provider.props, "defaultTags"));
  const inherited = defaults instanceof Unknown ? defaults : (defaults as { tags?: unknown } | null | undefined)?.tags;
  const open = [own, inherited].find((each) => each instanceof Unknown);
  return {
    tags: new Map([...entriesOf(inherited), ...entriesOf(own)]),
    open: open instanceof Unknown ? open : undefined,
  };
}

function entriesOf(tags: unknown): [string, unknown][] {
  return typeof tags === "object" && tags !== null && !(tags instanceof Unknown) ? Object.entries(tags) : [];
}
