import { randomBytes } from "node:crypto";
import {
  DeleteRuleCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  ListTagsForResourceCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  type PutTargetsResponse,
  RemoveTargetsCommand,
  type RuleState,
  TagResourceCommand,
  type Target,
  UntagResourceCommand,
} from "@aws-sdk/client-eventbridge";
import { asString, isMap, type PropertyMap, type PropertyValue } from "../../../../provider/protocol/values";
import { equivalentJson } from "../documents";
import { deleteUnlessGone, listAll, readUnlessGone, step } from "../operations";
import type { AwsResource, Scope } from "../resource";
import { send } from "../send";
import { serviceCaller } from "../serviceCaller";
import { asTagList, fromTagList, tagState, updateTags } from "../tags";
import { onlyOneOf } from "../valueRules";
import { eventRuleSchema, eventTargetSchema } from "./eventsSchemas";

const events = serviceCaller("EventBridge", "eventbridge", () => EventBridgeClient);
const gone = ["ResourceNotFoundException"];
const defaultBus = "default";

export const eventRule: AwsResource = {
  type: "aws:cloudwatch/eventRule:EventRule",
  schema: eventRuleSchema,
  naming: { property: "name", transform: (name) => name },

  rules(inputs) {
    return inputs["eventPattern"] === undefined && inputs["scheduleExpression"] === undefined
      ? [
          {
            property: "eventPattern",
            reason: "eventPattern: one of `eventPattern,scheduleExpression` must be specified",
          },
        ]
      : [];
  },

  async create(inputs, scope) {
    const name = String(inputs["name"]);
    await step(`creating EventBridge Rule (${name})`, () => putRule(name, inputs, scope));
    const bus = String(inputs["eventBusName"]);
    return bus === defaultBus ? name : `${bus}/${name}`;
  },

  async read(id, known, scope) {
    const [bus, name] = splitRule(id);
    return readUnlessGone(`EventBridge Rule (${id})`, gone, async () => {
      const found = await send(events(scope), new DescribeRuleCommand({ Name: name, EventBusName: bus }));
      const { Tags } = await send(events(scope), new ListTagsForResourceCommand({ ResourceARN: found.Arn }));
      const written = known["eventPattern"];
      const pattern = found.EventPattern ?? "";
      return {
        arn: found.Arn ?? "",
        description: found.Description ?? "",
        eventBusName: bus,
        ...(pattern !== "" && {
          eventPattern: written !== undefined && equivalentJson(written, pattern) ? written : pattern,
        }),
        isEnabled: found.State !== "DISABLED",
        name: found.Name ?? name,
        roleArn: found.RoleArn ?? "",
        scheduleExpression: found.ScheduleExpression ?? "",
        state: found.State ?? "",
        ...tagState(fromTagList(Tags), known, scope.connection.settings),
      };
    });
  },

  async update(id, olds, news, _changed, scope) {
    const [, name] = splitRule(id);
    await step(`updating EventBridge Rule (${id})`, () => putRule(name, news, scope));
    const ResourceARN = String(olds["arn"]);
    await updateTags(`EventBridge Rule (${id})`, olds, news, {
      untag: (keys) => send(events(scope), new UntagResourceCommand({ ResourceARN, TagKeys: keys })),
      tag: (tags) => send(events(scope), new TagResourceCommand({ ResourceARN, Tags: tags })),
    });
  },

  async delete(id, outputs, scope) {
    const [bus, name] = splitRule(id);
    await deleteUnlessGone(`EventBridge Rule (${id})`, gone, () =>
      send(
        events(scope),
        new DeleteRuleCommand({ Name: name, EventBusName: bus, Force: outputs["forceDestroy"] === true }),
      ),
    );
  },
};

export const eventTarget: AwsResource = {
  type: "aws:cloudwatch/eventTarget:EventTarget",
  schema: eventTargetSchema,

  rules: (inputs) => onlyOneOf(inputs, "input", "inputPath", "inputTransformer"),

  async create(inputs, scope) {
    const targetId = asString(inputs["targetId"]) ?? `terraform-${randomBytes(13).toString("hex")}`;
    const id = targetKey(String(inputs["eventBusName"]), String(inputs["rule"]), targetId);
    await step(`creating EventBridge Target (${id})`, () => putTarget(targetId, inputs, scope));
    return id;
  },

  async read(id, known, scope) {
    const [bus, rule, targetId] = splitTarget(id);
    return readUnlessGone(`EventBridge Target (${id})`, gone, async () => {
      const target = await findTarget(bus, rule, targetId, scope);
      return (
        target && {
          ...targetState(target),
          eventBusName: bus,
          rule,
          targetId,
          forceDestroy: known["forceDestroy"] === true,
        }
      );
    });
  },

  async update(id, _olds, news, _changed, scope) {
    const [, , targetId] = splitTarget(id);
    await step(`updating EventBridge Target (${id})`, () => putTarget(targetId, news, scope));
  },

  async delete(id, outputs, scope) {
    const [bus, rule, targetId] = splitTarget(id);
    await deleteUnlessGone(`EventBridge Target (${id})`, gone, async () =>
      refuseFailures(
        await send(
          events(scope),
          new RemoveTargetsCommand({
            Rule: rule,
            EventBusName: bus,
            Ids: [targetId],
            Force: outputs["forceDestroy"] === true,
          }),
        ),
      ),
    );
  },
};

function putRule(name: string, inputs: PropertyMap, scope: Scope): Promise<unknown> {
  return send(
    events(scope),
    new PutRuleCommand({
      Name: name,
      EventBusName: String(inputs["eventBusName"]),
      Description: asString(inputs["description"]),
      EventPattern: asString(inputs["eventPattern"]),
      RoleArn: asString(inputs["roleArn"]),
      ScheduleExpression: asString(inputs["scheduleExpression"]),
      State: asString(inputs["state"]) as RuleState | undefined,
      Tags: asTagList(inputs["tagsAll"]),
    }),
  );
}

async function putTarget(targetId: string, inputs: PropertyMap, scope: Scope): Promise<void> {
  const { deadLetterConfig, inputTransformer, retryPolicy, sqsTarget } = inputs;
  const target: Target = {
    Id: targetId,
    Arn: String(inputs["arn"]),
    RoleArn: asString(inputs["roleArn"]),
    Input: asString(inputs["input"]),
    InputPath: asString(inputs["inputPath"]),
    ...(isMap(deadLetterConfig) && { DeadLetterConfig: { Arn: asString(deadLetterConfig["arn"]) } }),
    ...(isMap(inputTransformer) && {
      InputTransformer: {
        InputPathsMap: stringMap(inputTransformer["inputPaths"]),
        InputTemplate: String(inputTransformer["inputTemplate"]),
      },
    }),
    ...(isMap(retryPolicy) && {
      RetryPolicy: {
        MaximumEventAgeInSeconds: number(retryPolicy["maximumEventAgeInSeconds"]),
        MaximumRetryAttempts: number(retryPolicy["maximumRetryAttempts"]),
      },
    }),
    ...(isMap(sqsTarget) && { SqsParameters: { MessageGroupId: asString(sqsTarget["messageGroupId"]) } }),
  };
  refuseFailures(
    await send(
      events(scope),
      new PutTargetsCommand({
        Rule: String(inputs["rule"]),
        EventBusName: String(inputs["eventBusName"]),
        Targets: [target],
      }),
    ),
  );
}

/** EventBridge responds with success and lists failed entries. */
function refuseFailures(output: Pick<PutTargetsResponse, "FailedEntries">): void {
  const failures = output.FailedEntries ?? [];
  if (failures.length === 0) return;
  throw new Error(failures.map((each) => `${each.TargetId}: ${each.ErrorCode}: ${each.ErrorMessage}`).join("; "));
}

async function findTarget(bus: string, rule: string, id: string, scope: Scope): Promise<Target | undefined> {
  const targets = await listAll(
    (NextToken) => send(events(scope), new ListTargetsByRuleCommand({ Rule: rule, EventBusName: bus, NextToken })),
    (page) => page.Targets,
  );
  return targets.find((target) => target.Id === id);
}

function targetState(target: Target): PropertyMap {
  const { DeadLetterConfig, InputTransformer, RetryPolicy, SqsParameters } = target;
  return {
    arn: target.Arn ?? "",
    input: target.Input ?? "",
    inputPath: target.InputPath ?? "",
    roleArn: target.RoleArn ?? "",
    ...(DeadLetterConfig && { deadLetterConfig: { arn: DeadLetterConfig.Arn ?? "" } }),
    ...(InputTransformer && {
      inputTransformer: {
        inputPaths: InputTransformer.InputPathsMap ?? {},
        inputTemplate: InputTransformer.InputTemplate ?? "",
      },
    }),
    ...(RetryPolicy && {
      retryPolicy: {
        maximumEventAgeInSeconds: RetryPolicy.MaximumEventAgeInSeconds ?? 0,
        maximumRetryAttempts: RetryPolicy.MaximumRetryAttempts ?? 0,
      },
    }),
    ...(SqsParameters && { sqsTarget: { messageGroupId: SqsParameters.MessageGroupId ?? "" } }),
  };
}

function splitRule(id: string): [bus: string, rule: string] {
  const at = id.lastIndexOf("/");
  return at < 0 ? [defaultBus, id] : [id.slice(0, at), id.slice(at + 1)];
}

/** The released provider's import format; its own IDs join the same parts with `-`. */
function targetKey(bus: string, rule: string, targetId: string): string {
  return bus === defaultBus ? `${rule}/${targetId}` : `${bus}/${rule}/${targetId}`;
}

function splitTarget(id: string): [bus: string, rule: string, targetId: string] {
  const at = id.lastIndexOf("/");
  if (at < 1) {
    throw new Error(`unexpected format of ID (${id}), expected EVENTBUSNAME/RULENAME/TARGETID or RULENAME/TARGETID`);
  }
  return [...splitRule(id.slice(0, at)), id.slice(at + 1)];
}

function number(value: PropertyValue | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function stringMap(value: PropertyValue | undefined): Record<string, string> | undefined {
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, String(each)])) : undefined;
}
