import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { checkedWhenKnown, type RegistryContext } from "../../components/registry/registryContext";
import { account, known, region, startMocks } from "./mocks";

describe("Registry: inputs that are known later", () => {
  let context: RegistryContext;
  beforeEach(async () => {
    await startMocks();
    context = {
      name: "shared",
      formerNames: [],
      subject: 'Registry "shared"',
      location: pulumi.output({ account, region, partition: "aws", domain: "amazonaws.com" }),
      importId: () => undefined,
      parent: new pulumi.ComponentResource("test:index:Parent", "parent"),
      region: undefined,
      tags: undefined,
    };
  });

  const notHere = (value: string, place: { region: string }) =>
    value === place.region ? [] : [{ path: "place", value, rule: "it is here.", fix: "write the region." }];

  it("are checked against the registry's location once both are known", async () => {
    for (const later of [
      (text: string) => pulumi.output(Promise.resolve(text)),
      (text: string) => Promise.resolve(text),
    ]) {
      assert.equal(await known(pulumi.output(checkedWhenKnown(context, later(region), notHere))), region);
      const refused = checkedWhenKnown(context, later("us-east-1"), notHere);
      await assert.rejects(
        known(pulumi.output(refused)),
        /Registry "shared": 1 fault\n.*place: found "us-east-1"\. It is here/,
      );
    }
  });

  it("are passed on unchanged if they are known at once", () => {
    assert.equal(checkedWhenKnown(context, "us-east-1", notHere), "us-east-1");
  });
});
