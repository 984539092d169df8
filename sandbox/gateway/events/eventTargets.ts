import type { Target } from "@aws-sdk/client-eventbridge";
import type { MinistackClient } from "../ministack/ministackClient";
import type { ServiceEvent } from "./serviceEvent";

/**
 * The input for a target: the event, a constant, a part of the event, or a template (EventBridge user guide, "Input
 * transformation").
 */
export function targetInput(target: Target, event: ServiceEvent, ruleArn: string): string {
  const { Input, InputPath, InputTransformer: transformer } = target;
  if (transformer) {
    const values = Object.entries(transformer.InputPathsMap ?? {}).map(([name, path]): [string, unknown] => [
      name,
      valueAt(event, path),
    ]);
    return fillTemplate(transformer.InputTemplate ?? "", new Map([...predefined(event, ruleArn), ...values]));
  }
  if (Input !== undefined) {
    return Input;
  }
  return JSON.stringify(InputPath === undefined ? event : valueAt(event, InputPath));
}

function predefined(event: ServiceEvent, ruleArn: string): [string, unknown][] {
  return [
    ["aws.events.rule-arn", ruleArn],
    ["aws.events.rule-name", ruleArn.split("/").at(-1)],
    ["aws.events.event.ingestion-time", event.time],
    ["aws.events.event", event],
    ["aws.events.event.json", event],
  ];
}

/** The value of `$.detail.image-tag` or `$.detail["image-tag"]`; `undefined` when there is none. */
function valueAt(event: ServiceEvent, path: string): unknown {
  const names = [...path.matchAll(/\.([^.[]+)|\["([^"]+)"\]|\['([^']+)'\]|\[(\d+)\]/g)].map(
    ([, plain, double, single, index]) => plain ?? double ?? single ?? index ?? "",
  );
  return names.reduce<unknown>(
    (value, name) =>
      typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined,
    event,
  );
}

/** `<name>` is replaced by text inside quotes, and by JSON outside. */
function fillTemplate(template: string, values: ReadonlyMap<string, unknown>): string {
  let quoted = false;
  return template.replace(/\\.|"|<([^>]+)>/g, (found, name?: string) => {
    if (found === '"') quoted = !quoted;
    if (name === undefined) return found;
    const value = values.get(name);
    if (value === undefined) return "";
    const json = JSON.stringify(value);
    if (!quoted) return typeof value === "string" && !template.trimStart().startsWith("{") ? value : json;
    return typeof value === "string" ? json.slice(1, -1) : JSON.stringify(json).slice(1, -1);
  });
}

/**
 * Delivers an input to an SQS queue, an SNS topic, a Lambda function, or a state machine in MiniStack.
 *
 * @throws Error for any other kind of target, and when the target's service refuses.
 */
export async function deliver(ministack: MinistackClient, target: Target, input: string): Promise<void> {
  const [, , service, region = "", account = "", ...rest] = (target.Arn ?? "").split(":");
  const options = ministack.clientOptions(account, region);
  const resource = rest.join(":");
  switch (service) {
    case "sqs": {
      const { GetQueueUrlCommand, SendMessageCommand, SQSClient } = await import("@aws-sdk/client-sqs");
      await ministack.withClient(new SQSClient({ ...options, useQueueUrlAsEndpoint: false }), async (sqs) => {
        const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: resource }));
        const { MessageGroupId } = target.SqsParameters ?? {};
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: input, MessageGroupId }));
      });
      return;
    }
    case "sns": {
      const { PublishCommand, SNSClient } = await import("@aws-sdk/client-sns");
      await ministack.withClient(new SNSClient(options), (sns) =>
        sns.send(new PublishCommand({ TopicArn: target.Arn, Message: input })),
      );
      return;
    }
    case "lambda": {
      const { InvokeCommand, LambdaClient } = await import("@aws-sdk/client-lambda");
      await ministack.withClient(new LambdaClient(options), (lambda) =>
        lambda.send(
          new InvokeCommand({ FunctionName: target.Arn, InvocationType: "Event", Payload: Buffer.from(input) }),
        ),
      );
      return;
    }
    case "states":
      await ministack.json(
        "states",
        "AWSStepFunctions.StartExecution",
        { stateMachineArn: target.Arn, input },
        account,
        region,
      );
      return;
    default:
      throw new Error("the sandbox delivers events to SQS, SNS, Lambda and Step Functions only");
  }
}
