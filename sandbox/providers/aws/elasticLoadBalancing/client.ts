import {
  AddTagsCommand,
  DescribeTagsCommand,
  ElasticLoadBalancingV2Client,
  RemoveTagsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { PropertyMap, PropertyValue } from "../../protocol/values";
import type { AwsService } from "../clients";
import type { Scope } from "../resource";
import { send } from "../send";
import { asTagList, fromTagList, updateTags } from "../tags";

const elb: AwsService<ElasticLoadBalancingV2Client> = {
  get Client() {
    return ElasticLoadBalancingV2Client;
  },
  name: "Elastic Load Balancing v2",
  endpoint: "elasticloadbalancingv2",
};

export function elbCaller(scope: Scope) {
  return scope.connection.caller(elb, scope.region, scope.context);
}

/** Tags of a new resource; the API takes no empty list. */
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
