import assert from "node:assert/strict";
import { assertSettled, change, deploy, deploySettled, remove, useAwsInSandbox } from "./awsHarness";

const ruleType = "aws:cloudwatch/eventRule:EventRule";
const targetType = "aws:cloudwatch/eventTarget:EventTarget";

describe("EventBridge of the aws stand-in", () => {
  const aws = useAwsInSandbox();

  const eventPattern = { source: ["aws.ecr"], detail: { "action-type": ["PUSH"] } };

  it("creates a rule on the default bus, and ignores how a pattern is formatted", async () => {
    const rule = await deploySettled(aws.engine, ruleType, { name: "pushes", eventPattern, tags: { team: "vets" } });
    assert.equal(rule.id, "pushes");
    assert.deepEqual(rule.outputs, {
      arn: `arn:aws:events:ap-northeast-2:${aws.account}:rule/pushes`,
      description: "",
      eventBusName: "default",
      eventPattern: '{"detail":{"action-type":["PUSH"]},"source":["aws.ecr"]}',
      forceDestroy: false,
      isEnabled: true,
      name: "pushes",
      region: "ap-northeast-2",
      roleArn: "",
      scheduleExpression: "",
      state: "ENABLED",
      tags: { team: "vets" },
      tagsAll: { team: "vets" },
    });
    const spaced = await aws.engine.check(
      ruleType,
      { name: "pushes", eventPattern: JSON.stringify(eventPattern, null, 2), tags: { team: "vets" } },
      rule.inputs,
    );
    assert.deepEqual((await aws.engine.diff(ruleType, rule.id, rule, spaced.inputs)).changes, {});
    const changed = await change(aws.engine, ruleType, rule, {
      name: "pushes",
      description: "every push",
      eventPattern: { source: ["aws.ecr"] },
      state: "DISABLED",
      tags: { team: "pets" },
    });
    await assertSettled(aws.engine, ruleType, changed);
    assert.deepEqual(
      ["description", "isEnabled", "state", "tagsAll"].map((key) => changed.outputs[key]),
      ["every push", false, "DISABLED", { team: "pets" }],
    );
    await remove(aws.engine, ruleType, changed);
  });

  it("rejects a rule without a trigger, and values that are too long", async () => {
    const { failures } = await aws.engine.check(ruleType, {
      name: "a b",
      description: "x".repeat(513),
      isEnabled: true,
    });
    const text = failures.join("\n");
    assert.match(text, /eventPattern: one of `eventPattern,scheduleExpression` must be specified/);
    assert.match(text, /name: "a b": expected 1 to 64/);
    assert.match(text, /expected at most 512 bytes/);
    assert.match(text, /isEnabled: this property .* is not supported/);
    const { failures: conflict } = await aws.engine.check(targetType, {
      rule: "r",
      arn: "a",
      input: "1",
      inputPath: "$",
    });
    assert.match(conflict.join("\n"), /inputPath: conflicts with input/);
  });

  it("sends a rule's events to a target, with an input transformer and a retry policy", async () => {
    const rule = await deploy(aws.engine, ruleType, { eventPattern });
    const queue = await deploy(aws.engine, "aws:sqs/queue:Queue", {});
    const input = {
      rule: rule.id,
      arn: queue.outputs["arn"],
      inputTransformer: { inputPaths: { tag: "$.detail.image-tag" }, inputTemplate: '"pushed <tag>"' },
      retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 3 },
      deadLetterConfig: { arn: queue.outputs["arn"] },
    };
    const target = await deploySettled(aws.engine, targetType, { ...input, targetId: "queue" });
    assert.equal(target.id, `${rule.id}/queue`);
    const changed = await change(aws.engine, targetType, target, {
      rule: rule.id,
      arn: queue.outputs["arn"],
      inputPath: "$.detail",
      targetId: "queue",
    });
    assert.deepEqual(changed.changed, ["deadLetterConfig", "inputPath", "inputTransformer", "retryPolicy"]);
    await assertSettled(aws.engine, targetType, changed);
    const other = await aws.engine.check(targetType, { ...changed.inputs, targetId: "other" }, changed.inputs);
    assert.deepEqual((await aws.engine.diff(targetType, changed.id, changed, other.inputs)).replaces, ["targetId"]);
    const automatic = await deploySettled(aws.engine, targetType, { rule: rule.id, arn: queue.outputs["arn"] });
    assert.match(String(automatic.outputs["targetId"]), /^terraform-[0-9a-f]{26}$/);
    await remove(aws.engine, targetType, automatic);
    await remove(aws.engine, targetType, changed);
    await remove(aws.engine, ruleType, rule);
    await assert.rejects(
      deploy(aws.engine, targetType, { rule: rule.id, arn: queue.outputs["arn"] }),
      /does not exist/,
    );
    await remove(aws.engine, "aws:sqs/queue:Queue", queue);
  });
});
