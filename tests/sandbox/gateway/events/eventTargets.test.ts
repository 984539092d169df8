import assert from "node:assert/strict";
import { targetInput } from "../../../../sandbox/gateway/events/eventTargets";
import type { ServiceEvent } from "../../../../sandbox/gateway/events/serviceEvent";

const event: ServiceEvent = {
  version: "0",
  id: "1",
  "detail-type": "ECR Image Action",
  source: "aws.ecr",
  account: "123456789012",
  time: "2026-11-24T09:00:00Z",
  region: "eu-west-1",
  resources: ["arn:aws:ecr:eu-west-1:123456789012:repository/app"],
  detail: { "image-tag": 'v"1', counts: { HIGH: 2 }, result: "SUCCESS" },
};
const ruleArn = "arn:aws:events:eu-west-1:123456789012:rule/pushes";
const input = (target: object) => targetInput({ Id: "t", Arn: "a", ...target }, event, ruleArn);

describe("gateway: the input of an event target", () => {
  it("is the event, a constant, or a part of the event", () => {
    assert.deepEqual(JSON.parse(input({})), event);
    assert.equal(input({ Input: '{"constant":true}' }), '{"constant":true}');
    assert.equal(input({ InputPath: "$.detail.counts" }), '{"HIGH":2}');
    assert.equal(input({ InputPath: "$.resources[0]" }), JSON.stringify(event.resources[0]));
    assert.equal(input({ InputPath: '$.detail["image-tag"]' }), JSON.stringify('v"1'));
  });

  it("is the transformer's output: values inside quotes as plain text, outside as JSON", () => {
    const InputPathsMap = { tag: "$.detail.image-tag", counts: "$.detail.counts", none: "$.detail.none" };
    const transformed = (InputTemplate: string) => input({ InputTransformer: { InputPathsMap, InputTemplate } });
    assert.deepEqual(JSON.parse(transformed('{"text": "tag <tag>", "tag": <tag>, "counts": <counts>}')), {
      text: 'tag v"1',
      tag: 'v"1',
      counts: { HIGH: 2 },
    });
    assert.equal(transformed('"rule <aws.events.rule-name>: <none>."'), '"rule pushes: ."');
    assert.equal(JSON.parse(transformed('{"all": <aws.events.event>}')).all.source, "aws.ecr");
    assert.equal(JSON.parse(transformed('"<counts>"')), '{"HIGH":2}');
  });
});
