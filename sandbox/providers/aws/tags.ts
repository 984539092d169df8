import { isMap, isUnknown, type PropertyMap, type PropertyValue, unknown } from "../../../provider/protocol/values";
import type { AwsSettings } from "./config";
import { step } from "./operations";

/** The provider's default tags under a resource's own, as the check step of pulumi-aws writes them into `tagsAll`. */
export function mergedTags(tags: PropertyValue | undefined, settings: AwsSettings): PropertyValue {
  if (isUnknown(tags)) return unknown;
  const own = isMap(tags) ? tags : {};
  // One value that is not known makes all of them unknown, as in pulumi-aws.
  if (Object.values(own).some(isUnknown)) return unknown;
  return withoutIgnored({ ...settings.defaultTags, ...own }, settings);
}

/**
 * `tags` and `tagsAll` from what a service reports. Tags of the provider's defaults are left out of `tags`, except when
 * the resource sets the same tag itself.
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

/** What to set and what to take away so that a resource gets from one set of tags to another. */
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
 * Brings a resource's tags from those of its last state to those of its new inputs, by the service's own operations.
 *
 * @param what The resource in error texts: `resource (<ARN>)`.
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

/** Tags as a map, for the services that take them so. */
export function asTagMap(tags: readonly { Key: string; Value: string }[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

export function asTagList(tags: PropertyValue | undefined): { Key: string; Value: string }[] {
  return isMap(tags) ? Object.entries(tags).map(([Key, value]) => ({ Key, Value: String(value) })) : [];
}

export function fromTagList(tags: readonly { Key?: string; Value?: string }[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map((tag) => [tag.Key ?? "", tag.Value ?? ""]));
}
