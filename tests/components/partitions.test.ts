import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { registryFaults } from "../../components/registry/registry";
import { paths } from "../ecr/refusals";

const account = "123456789012";
const role = (partition: string) => `arn:${partition}:iam::${account}:role/pets`;

describe("partitions", () => {
  it("are compared by Registry for replication, cache, templates, policy and exclusions", () => {
    const own = registryFaults("shared", {
      region: "us-west-2",
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Principal: { AWS: role("aws-cn") }, Action: "ecr:ReplicateImage", Resource: "*" },
        ],
      }),
      replication: [{ regions: ["eu-west-1", "cn-north-1"] }],
      pullThroughCache: [
        { upstream: `${account}.dkr.ecr.cn-north-1.amazonaws.com.cn`, prefix: "china", createRole: true },
      ],
      creationTemplates: [{ prefix: "team", appliedFor: ["REPLICATION"], customRoleArn: role("aws-cn") }],
      pullTimeExclusions: [role("aws-cn")],
    });
    assert.deepEqual(paths(own), [
      "policy.Statement[0].Principal.AWS",
      "replication[0].regions[1]",
      "pullThroughCache[0].upstream",
      "creationTemplates[0].customRoleArn",
      "pullTimeExclusions[0]",
    ]);
    assert.deepEqual(
      registryFaults("shared", {
        region: "cn-north-1",
        replication: [{ regions: ["cn-northwest-1"] }],
        pullThroughCache: [
          { upstream: "docker-hub", credentialArn: pulumi.output("later") },
          { upstream: `${account}.dkr.ecr.cn-northwest-1.amazonaws.com.cn`, prefix: "china", createRole: true },
        ],
        creationTemplates: [{ prefix: "team", appliedFor: ["REPLICATION"] }],
      }),
      [],
    );
  });
});
