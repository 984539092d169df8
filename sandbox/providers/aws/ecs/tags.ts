import { type Tag, TagResourceCommand, UntagResourceCommand } from "@aws-sdk/client-ecs";
import type { PropertyValue } from "../../protocol/values";
import { step } from "../ecr/repository";
import type { Scope } from "../resource";
import { send } from "../send";
import { asTagList, tagChanges } from "../tags";
import { ecsCaller } from "./client";

// ECS writes the keys of its tags in small letters, unlike most services.

export function ecsTags(tags: PropertyValue | undefined): Tag[] {
  return asTagList(tags).map(({ Key, Value }) => ({ key: Key, value: Value }));
}

export function fromEcsTags(tags: readonly Tag[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map((tag) => [tag.key ?? "", tag.value ?? ""]));
}

/** Brings the tags of an ECS resource from one set to another. */
export async function updateEcsTags(
  resourceArn: string,
  olds: PropertyValue | undefined,
  news: PropertyValue | undefined,
  scope: Scope,
): Promise<void> {
  const { removed, set } = tagChanges(olds, news);
  if (removed.length > 0) {
    await step(`untagging resource (${resourceArn})`, () =>
      send(ecsCaller(scope), new UntagResourceCommand({ resourceArn, tagKeys: removed })),
    );
  }
  if (set.length > 0) {
    const tags = set.map(({ Key, Value }) => ({ key: Key, value: Value }));
    await step(`tagging resource (${resourceArn})`, () =>
      send(ecsCaller(scope), new TagResourceCommand({ resourceArn, tags })),
    );
  }
}
