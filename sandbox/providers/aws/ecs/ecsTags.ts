import { type Tag, TagResourceCommand, UntagResourceCommand } from "@aws-sdk/client-ecs";
import type { PropertyMap, PropertyValue } from "../../../../provider/protocol/values";
import type { Scope } from "../resource";
import { send } from "../send";
import { asTagList, updateTags } from "../tags";
import { ecsCaller } from "./ecsClient";

// Unlike most services, ECS spells the members of a tag in lowercase.

export function ecsTags(tags: PropertyValue | undefined): Tag[] {
  return asTagList(tags).map(({ Key, Value }) => ({ key: Key, value: Value }));
}

export function fromEcsTags(tags: readonly Tag[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map((tag) => [tag.key ?? "", tag.value ?? ""]));
}

/** Updates the tags of an ECS resource. */
export function updateEcsTags(resourceArn: string, olds: PropertyMap, news: PropertyMap, scope: Scope): Promise<void> {
  return updateTags(`resource (${resourceArn})`, olds, news, {
    untag: (tagKeys) => send(ecsCaller(scope), new UntagResourceCommand({ resourceArn, tagKeys })),
    tag: (tags) =>
      send(
        ecsCaller(scope),
        new TagResourceCommand({ resourceArn, tags: tags.map(({ Key, Value }) => ({ key: Key, value: Value })) }),
      ),
  });
}
