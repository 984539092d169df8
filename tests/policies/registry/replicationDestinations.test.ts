import assert from "node:assert/strict";
import { replicationDestinations } from "../../../policies/registry/replicationDestinations";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import { assertFails, assertPasses, assertUnjudged, judgeResource, unknownList, unknownText } from "../harness";

describe("policies: ecr-replication-destinations", () => {
  const configuration = (...destinations: unknown[]) => ({ rules: [{ destinations: [] }, { destinations }] });
  const config = { regions: ["eu-*", "us-east-1"], accounts: ["111111111111"] };
  const judge = (replicationConfiguration: unknown, parameters: object = config) =>
    judgeResource(
      replicationDestinations,
      { type: resourceTypes.replication, props: { replicationConfiguration } },
      parameters,
    );

  it("fails a destination in another partition, wherever images may go", async () => {
    const verdict = await judgeResource(
      replicationDestinations,
      {
        type: resourceTypes.replication,
        props: { replicationConfiguration: configuration({ region: "cn-north-1", registryId: "111111111111" }) },
        provider: { region: "us-west-2" },
      },
      { regions: ["*"], accounts: ["111111111111"] },
    );
    assertFails(verdict, /cn-north-1 is in aws-cn, the registry's us-west-2 in aws\..*Name a region in aws/);
  });

  it("passes allowed destinations", async () => {
    assertPasses(
      await judge(
        configuration(
          { region: "eu-west-1", registryId: "111111111111" },
          { region: "us-east-1", registryId: "111111111111" },
        ),
      ),
    );
    for (const nothing of [
      undefined,
      null,
      {},
      { rules: [] },
      { rules: null },
      { rules: [null] },
      configuration(),
      configuration(null),
      configuration({}),
    ]) {
      assertPasses(await judge(nothing));
    }
  });

  it("fails all others", async () => {
    assertFails(
      await judge(configuration({ region: "ap-northeast-2", registryId: "222222222222" })),
      /^replicationConfiguration\.rules\[1\]\.destinations\[0\]\.region: images are replicated to "ap-northeast-2"\. Allowed: "eu-\*", "us-east-1"\. Remove the destination, or add it to the parameter `regions`\.$/,
      /\.registryId: images are replicated to "222222222222"\. Allowed: "111111111111"\..*`accounts`/,
    );
    assertFails(
      await judge(configuration({ region: "eu-west-1", registryId: "111111111111" }), {}),
      /Allowed: none\. Remove the destination, or add it to the parameter `regions`/,
      /Allowed: none\. Remove the destination, or add it to the parameter `accounts`/,
    );
  });

  it("reports unknown values, and checks the rest", async () => {
    assertUnjudged(await judge(unknownText), /^replicationConfiguration is not known yet/);
    assertUnjudged(await judge({ rules: unknownList }), /^replicationConfiguration\.rules is not known yet/);
    assertUnjudged(await judge({ rules: [unknownText] }), /rules\[0\] is not known yet/);
    assertUnjudged(
      await judge({ rules: [{ destinations: unknownList }] }),
      /rules\[0\]\.destinations is not known yet/,
    );
    assertUnjudged(await judge(configuration(unknownText)), /destinations\[0\] is not known yet/);
    const mixed = await judge(configuration({ region: "ap-northeast-2", registryId: unknownText }));
    assert.match(mixed.violations.join(), /region: images are replicated/);
    assert.match(mixed.unjudged.join(), /registryId is not known yet\. Allowed: "111111111111"/);
  });
});
