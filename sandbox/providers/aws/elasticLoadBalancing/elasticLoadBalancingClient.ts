import {
  AddTagsCommand,
  DescribeTagsCommand,
  ElasticLoadBalancingV2Client,
  RemoveTagsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { PropertyMap, PropertyValue } from "../../../../provider/protocol/values";
import type { Scope } from "../resource";
import { send } from "../send";
import { serviceCaller } from "../serviceCaller";
import { asTagList, fromTagList, updateTags } from "../tags";

export const elbCaller = serviceCaller(
  "Elastic Load Balancing v2",
  "elasticloadbalancingv2",
  () => ElasticLoadBalancingV2Client,
);

/** Tags of a new resource; the API does not accept an empty list. */
export function elbTags(tags: PropertyValue | undefined) {
  const list = asTagList(tags);
  return list.length > 0 ? list : undefined;
}

export async function tagsOfArn(arn: string, scope: Scope): Promise<Record<string, string>> {
  const { TagDescriptions } = await send(elbCaller(scope), new DescribeTagsCommand({ ResourceArns: [arn] }));
  return fromTagList(TagDescriptions?.[0]?.Tags);
}

export function updateElbTags(arn: string, olds: PropertyMap, news: PropertyMap, scope: Scope): Promise<void> {
  return updateTags(`resource (${arn})`, olds, news, {
    untag: (TagKeys) => send(elbCaller(scope), new RemoveTagsCommand({ ResourceArns: [arn], TagKeys })),
    tag: (Tags) => send(elbCaller(scope), new AddTagsCommand({ ResourceArns: [arn], Tags })),
  });
}
