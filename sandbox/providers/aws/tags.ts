import { isMap, isUnknown, type PropertyMap, type PropertyValue, unknown } from "../../../provider/protocol/values";
import type { AwsSettings } from "./config";
import { step } from "./operations";

/**
 * The provider's default tags overridden by the resource's, as the check step of pulumi-aws writes them to `tagsAll`.
 */
export function mergedTags(tags: PropertyValue | undefined, settings: AwsSettings): PropertyValue {
  if (isUnknown(tags)) return unknown;
  const own = isMap(tags) ? tags : {};
  // A single unknown value makes all tags unknown, as in pulumi-aws.
  if (Object.values(own).some(isUnknown)) return unknown;
  return withoutIgnored({ ...settings.defaultTags, ...own }, settings);
}

/**
 * `tags` and `tagsAll` from the service's tags. The provider's default tags are left out of `tags`, unless the resource
 * sets the same tag itself.
 */
export function tagState(
  found: Readonly<Record<string, string>>,
  known: PropertyMap,
  settings: AwsSettings,
): { tags?: PropertyMap; tagsAll: PropertyMap } {
  const all = withoutIgnored(
    Object.fromEntries(Object.entries(found).filter(([key]) => !key.startsWith("aws:"))),
    settings,
  );
  const own = isMap(known["tags"]) ? known["tags"] : {};
  const tags = Object.fromEntries(
    Object.entries(all).filter(([key, value]) => settings.defaultTags[key] !== value || key in own),
  );
  return Object.keys(tags).length > 0 || "tags" in known ? { tags, tagsAll: all } : { tagsAll: all };
}

function withoutIgnored(tags: PropertyMap, settings: AwsSettings): PropertyMap {
  return Object.fromEntries(
    Object.entries(tags).filter(
      ([key]) =>
        !settings.ignoreTagKeys.includes(key) && !settings.ignoreTagPrefixes.some((prefix) => key.startsWith(prefix)),
    ),
  );
}

/** The tags to add and remove between two sets. */
export function tagChanges(
  olds: PropertyValue | undefined,
  news: PropertyValue | undefined,
): { set: { Key: string; Value: string }[]; removed: string[] } {
  const [before, after] = [isMap(olds) ? olds : {}, isMap(news) ? news : {}];
  return {
    set: asTagList(Object.fromEntries(Object.entries(after).filter(([key, value]) => before[key] !== value))),
    removed: Object.keys(before).filter((key) => !(key in after)),
  };
}

/**
 * Updates a resource's tags from the last state to the new inputs, with the service's own operations.
 *
 * @param what The resource in error messages: `resource (<ARN>)`.
 */
export async function updateTags(
  what: string,
  olds: PropertyMap,
  news: PropertyMap,
  service: {
    untag(keys: string[]): Promise<unknown>;
    tag(tags: { Key: string; Value: string }[]): Promise<unknown>;
  },
): Promise<void> {
  const { removed, set } = tagChanges(olds["tagsAll"], news["tagsAll"]);
  if (removed.length > 0) await step(`untagging ${what}`, () => service.untag(removed));
  if (set.length > 0) await step(`tagging ${what}`, () => service.tag(set));
}

/** Tags as a map, for services that use maps. */
export function asTagMap(tags: readonly { Key: string; Value: string }[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

export function asTagList(tags: PropertyValue | undefined): { Key: string; Value: string }[] {
  return isMap(tags) ? Object.entries(tags).map(([Key, value]) => ({ Key, Value: String(value) })) : [];
}

export function fromTagList(tags: readonly { Key?: string; Value?: string }[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map((tag) => [tag.Key ?? "", tag.Value ?? ""]));
}
