import type { GatewayContext, Operation } from "../context";
import type { RegistryKind } from "../state/records";
import { ServiceError } from "../wire/serviceError";
import { changeRepository, repositoryByArn } from "./repositoryLookup";

interface Tag {
  Key?: string;
  Value?: string;
}

/** Limits of resource tags (ECR user guide, "Tag restrictions"). */
const limits = { tags: 50, key: 128, value: 256 } as const;

/** Tags of a request as a record. Throws InvalidTagParameterException or TooManyTagsException. */
export function checkedTags(
  tags: readonly Tag[] | undefined,
  present: Record<string, string> = {},
): Record<string, string> {
  const checked: Record<string, string> = {};
  for (const { Key: key = "", Value: value = "" } of tags ?? []) {
    const problem = tagProblem(key, value, checked);
    if (problem !== undefined) {
      throw new ServiceError("InvalidTagParameterException", `Invalid tag '${key}': ${problem}`);
    }
    checked[key] = value;
  }
  const merged = { ...present, ...checked };
  if (Object.keys(merged).length > limits.tags) {
    throw new ServiceError("TooManyTagsException", `A repository has at most ${limits.tags} tags.`);
  }
  return merged;
}

function tagProblem(key: string, value: string, earlier: Record<string, string>): string | undefined {
  if (key.length < 1 || key.length > limits.key) {
    return `a key has 1 to ${limits.key} characters, this one has ${key.length}.`;
  }
  if (value.length > limits.value) {
    return `a value has at most ${limits.value} characters, this one has ${value.length}.`;
  }
  if (/^aws:/i.test(key)) {
    return "the prefix aws: is reserved.";
  }
  if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(key) || !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(value)) {
    return "keys and values have letters, digits, spaces and _ . : / = + - @ only.";
  }
  return Object.hasOwn(earlier, key) ? "a key may be given once." : undefined;
}

/** TagResource, UntagResource and ListTagsForResource, which are the same in both services. */
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
