import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { regionAndTags } from "../commonSchema";
import { deleteUnlessGone, step, undefinedIfGone } from "../operations";
import type { AwsResource, Scope } from "../resource";
import { send } from "../send";
import { serviceCaller } from "../serviceCaller";
import { asTagList, asTagMap, tagState, updateTags } from "../tags";

const caller = serviceCaller("CloudWatch Logs", "cloudwatchlogs", () => CloudWatchLogsClient);

/** As in the Terraform AWS provider 6.x (internal/service/logs/group.go). */
export const logGroup: AwsResource = {
  type: "aws:cloudwatch/logGroup:LogGroup",
  naming: { property: "name", transform: (name) => name },
  schema: {
    ...regionAndTags,
    arn: { type: "string", output: true },
    kmsKeyId: { type: "string" },
    name: { type: "string", replace: true },
    retentionInDays: { type: "number" },
    skipDestroy: { type: "boolean", default: false },
  },

  async create(inputs, scope) {
    const logGroupName = String(inputs["name"]);
    await step(`creating CloudWatch Logs Log Group (${logGroupName})`, async () => {
      await send(
        caller(scope),
        new CreateLogGroupCommand({
          logGroupName,
          kmsKeyId: typeof inputs["kmsKeyId"] === "string" ? inputs["kmsKeyId"] : undefined,
          tags: asTagMap(asTagList(inputs["tagsAll"])),
        }),
      );
      await setRetention(logGroupName, inputs["retentionInDays"], scope);
    });
    return logGroupName;
  },

  async read(id, known, scope) {
    const { logGroups } = await step(`reading CloudWatch Logs Log Group (${id})`, () =>
      send(caller(scope), new DescribeLogGroupsCommand({ logGroupNamePrefix: id })),
    );
    const group = logGroups?.find((each) => each.logGroupName === id);
    if (!group) return undefined;
    const arn = (group.logGroupArn ?? group.arn ?? "").replace(/:\*$/, "");
    const { tags } = await send(caller(scope), new ListTagsForResourceCommand({ resourceArn: arn }));
    return {
      arn,
      name: id,
      retentionInDays: group.retentionInDays ?? 0,
      ...(group.kmsKeyId !== undefined && { kmsKeyId: group.kmsKeyId }),
      ...tagState(tags ?? {}, known, scope.connection.settings),
    };
  },

  async update(id, olds, news, changed, scope) {
    if (changed("retentionInDays")) {
      await step(`updating CloudWatch Logs Log Group (${id}) retention`, () =>
        setRetention(id, news["retentionInDays"], scope),
      );
    }
    const resourceArn = String(olds["arn"]);
    await updateTags(`resource (${resourceArn})`, olds, news, {
      untag: (keys) => send(caller(scope), new UntagResourceCommand({ resourceArn, tagKeys: keys })),
      tag: (tags) => send(caller(scope), new TagResourceCommand({ resourceArn, tags: asTagMap(tags) })),
    });
  },

  async delete(id, outputs, scope) {
    if (outputs["skipDestroy"] === true) return;
    await deleteUnlessGone(`CloudWatch Logs Log Group (${id})`, ["ResourceNotFoundException"], () =>
      send(caller(scope), new DeleteLogGroupCommand({ logGroupName: id })),
    );
  },
};

/** 0 or unset keeps logs forever. */
async function setRetention(logGroupName: string, days: unknown, scope: Scope): Promise<void> {
  if (typeof days === "number" && days > 0) {
    await send(caller(scope), new PutRetentionPolicyCommand({ logGroupName, retentionInDays: days }));
  } else {
    await undefinedIfGone(["ResourceNotFoundException"], () =>
      send(caller(scope), new DeleteRetentionPolicyCommand({ logGroupName })),
    );
  }
}
