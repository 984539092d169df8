import assert from "node:assert/strict";
import { EventSender } from "../../../../sandbox/gateway/events/eventSender";
import type { ServiceEvent } from "../../../../sandbox/gateway/events/serviceEvent";
import type { MinistackClient } from "../../../../sandbox/gateway/ministack/ministackClient";

describe("gateway: EventBridge rules", () => {
  const asked: string[] = [];
  let changes = 0;
  const ministack = {
    json: async (_service: string, target: string, _input: object, account: string) => {
      asked.push(`${target} ${account}`);
      if (target === "AWSEvents.ListRules") return { Rules: [{ Name: "all", EventPattern: "{}" }] };
      return target === "AWSEvents.TestEventPattern" ? { Result: false } : {};
    },
  } as unknown as MinistackClient;
  const sender = new EventSender(
    ministack,
    () => {},
    () => changes,
  );
  const event = (account: string) => ({ account, region: "eu-west-1" }) as ServiceEvent;
  const listed = () => asked.filter((each) => each.startsWith("AWSEvents.ListRules"));

  it("are read once per account for a burst of events, and again after a change", async () => {
    for (let number = 0; number < 100; number++) sender.send(event("111111111111"));
    sender.send(event("222222222222"));
    await sender.settled();
    // The burst may take longer than a second on a busy machine, so allow some repeats.
    assert.ok(listed().length < 20, String(listed().length));
    assert.equal(asked.filter((each) => each.startsWith("AWSEvents.TestEventPattern")).length, 101);
    assert.ok(listed().includes("AWSEvents.ListRules 222222222222"));
    const before = listed().length;
    changes += 1;
    sender.send(event("222222222222"));
    await sender.settled();
    assert.equal(listed().length, before + 1);
  });
});
