import { resourceTagFaults, resourceTagLimits } from "../../../ecr/repository/resourceTags";
import type { GatewayContext, Operation } from "../context";
import type { RegistryKind } from "../state/records";
import { ServiceError } from "../wire/serviceError";
import { refuseInput } from "./faults";
import { changeRepository, repositoryByArn } from "./repositoryLookup";

interface Tag {
  Key?: string;
  Value?: string;
}

/** A request's tags as a record. Throws InvalidTagParameterException or TooManyTagsException. */
export function checkedTags(
  tags: readonly Tag[] | undefined,
  present: Record<string, string> = {},
): Record<string, string> {
  const given = (tags ?? []).map(({ Key = "", Value = "" }) => ({ Key, Value }));
  const merged = { ...present, ...Object.fromEntries(given.map(({ Key, Value }) => [Key, Value])) };
  if (Object.keys(merged).length > resourceTagLimits.tags) {
    throw new ServiceError("TooManyTagsException", `A repository has at most ${resourceTagLimits.tags} tags.`);
  }
  refuseInput(resourceTagFaults(given, "tags"), "InvalidTagParameterException");
  return merged;
}

/** TagResource, UntagResource, and ListTagsForResource, which are the same in both services. */
export function tagOperations(kind: RegistryKind) {
  const tagResource: Operation<{ resourceArn: string; tags: Tag[] }> = (context, caller, input) => {
    change(context, repositoryByArn(context, kind, caller, input.resourceArn), (tags) => checkedTags(input.tags, tags));
    return {};
  };
  const untagResource: Operation<{ resourceArn: string; tagKeys: string[] }> = (context, caller, input) => {
    const removed = new Set(input.tagKeys);
    change(context, repositoryByArn(context, kind, caller, input.resourceArn), (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.has(key))),
    );
    return {};
  };
  const listTagsForResource: Operation<{ resourceArn: string }> = (context, caller, input) => ({
    tags: Object.entries(repositoryByArn(context, kind, caller, input.resourceArn).resourceTags).map(
      ([Key, Value]) => ({
        Key,
        Value,
      }),
    ),
  });
  return { TagResource: tagResource, UntagResource: untagResource, ListTagsForResource: listTagsForResource };
}

function change(
  context: GatewayContext,
  repository: Parameters<typeof changeRepository>[1] & { name: string },
  edit: (tags: Record<string, string>) => Record<string, string>,
): void {
  changeRepository(context, repository, repository.name, (current) => ({
    ...current,
    resourceTags: edit(current.resourceTags),
  }));
}
