import type { Section } from "../section";
import * as parts from "../sharedSchemas";

export interface TagsConfig {
  tags: Record<string, string>;
}

export const tags = {
  schema: parts.tags.default({}).describe("Tags of every resource"),
} satisfies Section<TagsConfig>;

/** The environment's tags merged with a resource's own; `null` removes an inherited tag. */
export function allTags(
  config: TagsConfig,
  ...own: (Record<string, string | null> | null | undefined)[]
): Record<string, string> {
  return parts.withoutNulls(Object.assign({}, config.tags, ...own));
}
