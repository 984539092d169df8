import assert from "node:assert/strict";
import { accessGrantsFaults, accessPolicyFaults, publicAccessGrantsFaults } from "../../../ecr/accessPolicy";
import type { Fault } from "../../../ecr/faults";
import { customRoleFaults } from "../../../ecr/names/accounts";
import { parseEcrHost } from "../../../ecr/names/imageReference";
import { arnPartitionFaults, isSamePartition, knownPartition, partitionOf } from "../../../ecr/names/regions";
import { parseRepositoryArn, repositoryArnFaults } from "../../../ecr/names/repositoryArns";
import { creationTemplateFaults } from "../../../ecr/registry/creationTemplates";
import { eventTargetFaults } from "../../../ecr/registry/eventDelivery";
import { credentialFaults, pullThroughCacheRuleFaults } from "../../../ecr/registry/pullThroughCache";
import { pullTimeExclusionsFaults } from "../../../ecr/registry/pullTimeExclusions";
import { replicationFaults } from "../../../ecr/registry/replication";
import { upstreamUrlFaults } from "../../../ecr/registry/upstreamRegistries";
import { encryptionFaults } from "../../../ecr/repository/encryption";

const account = "123456789012";
const key = (partition: string, region: string) =>
  `arn:${partition}:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const role = (partition: string) => `arn:${partition}:iam::${account}:role/pets`;
const rules = (faults: readonly Fault[]) => faults.map(({ rule }) => rule).join("\n");

describe("partitions", () => {
  it("are derived from the prefix of a region's name, and unknown for an unfamiliar one", () => {
    for (const [region, partition] of [
      ["ap-northeast-2", "aws"],
      ["mx-central-1", "aws"],
      ["us-east-1", "aws"],
      ["cn-north-1", "aws-cn"],
      ["us-gov-west-1", "aws-us-gov"],
      ["us-iso-east-1", "aws-iso"],
      ["us-isob-east-1", "aws-iso-b"],
      ["eu-isoe-west-1", "aws-iso-e"],
      ["us-isof-south-1", "aws-iso-f"],
      ["eusc-de-east-1", "aws-eusc"],
    ] as const) {
      assert.equal(knownPartition(region), partition, region);
      assert.equal(partitionOf(region), partition, region);
    }
    for (const other of ["xx-north-1", "cn", "", undefined, 7]) assert.equal(knownPartition(other), undefined);
    assert.equal(partitionOf("xx-north-1"), "aws");
    assert.equal(isSamePartition("us-west-2", "cn-north-1"), false);
    assert.equal(isSamePartition("us-west-2", "ap-northeast-2"), true);
    assert.equal(isSamePartition("us-west-2", "xx-north-1"), true);
    assert.deepEqual(arnPartitionFaults("arn:aws-xx:kms:xx-north-1:123456789012:key/1", "arn"), []);
    assert.deepEqual(arnPartitionFaults("petclinic", "arn", "us-east-1"), []);
  });

  /** Each check, with a value in its own partition or the same value in another one. */
  const cases: readonly [what: string, faults: (inside: boolean) => Fault[]][] = [
    [
      "a KMS key's ARN",
      (inside) => encryptionFaults({ encryptionType: "KMS", kmsKey: key(inside ? "aws" : "aws-cn", "us-east-1") }, ""),
    ],
    [
      "a template's key",
      (inside) =>
        creationTemplateFaults(
          {
            prefix: "team",
            appliedFor: ["CREATE_ON_PUSH"],
            customRoleArn: role("aws"),
            encryptionConfiguration: { encryptionType: "KMS", kmsKey: key(inside ? "aws" : "aws-us-gov", "us-east-1") },
          },
          "template",
          "us-east-1",
        ),
    ],
    [
      "a template's role",
      (inside) =>
        creationTemplateFaults(
          { prefix: "team", appliedFor: ["CREATE_ON_PUSH"], customRoleArn: role(inside ? "aws-cn" : "aws") },
          "template",
          "cn-north-1",
        ),
    ],
    [
      "a template's repository policy",
      (inside) =>
        creationTemplateFaults(
          {
            prefix: "team",
            appliedFor: ["CREATE_ON_PUSH"],
            repositoryPolicy: JSON.stringify(allows(role(inside ? "aws-cn" : "aws"))),
          },
          "template",
          "cn-north-1",
        ),
    ],
    [
      "a role that ECR assumes",
      (inside) => customRoleFaults(role(inside ? "aws" : "aws-cn"), "role", account, "us-east-1"),
    ],
    [
      "a secret",
      (inside) =>
        credentialFaults(
          `arn:${inside ? "aws" : "aws-cn"}:secretsmanager:us-east-1:${account}:secret:ecr-pullthroughcache/hub-AbCdEf`,
          "secret",
        ),
    ],
    [
      "an upstream registry",
      (inside) =>
        pullThroughCacheRuleFaults(
          {
            ecrRepositoryPrefix: "other",
            upstreamRegistryUrl: `${account}.dkr.ecr.${inside ? "us-west-2.amazonaws.com" : "cn-north-1.amazonaws.com.cn"}`,
          },
          "rule",
          "us-east-1",
          account,
        ),
    ],
    [
      "an upstream's host",
      (inside) => upstreamUrlFaults(`${account}.dkr.ecr.us-west-2.amazonaws.com${inside ? "" : ".cn"}`, "url"),
    ],
    [
      "a destination of replication",
      (inside) =>
        replicationFaults(
          { rules: [{ destinations: [{ region: inside ? "us-east-1" : "cn-north-1", registryId: account }] }] },
          "replication",
          { account, region: "us-west-2" },
        ),
    ],
    [
      "a principal of a policy",
      (inside) => accessPolicyFaults(allows(role(inside ? "aws" : "aws-us-gov")), "", "repository", "us-east-1"),
    ],
    [
      "who may pull",
      (inside) => accessGrantsFaults({ pullFrom: [role(inside ? "aws" : "aws-cn")] }, "access", "us-east-1"),
    ],
    [
      "who may push to a public repository",
      (inside) => publicAccessGrantsFaults({ pushFrom: [role(inside ? "aws" : "aws-cn")] }, "access"),
    ],
    [
      "a function",
      (inside) =>
        accessGrantsFaults(
          { lambdaPull: [`arn:${inside ? "aws" : "aws-cn"}:lambda:us-east-1:${account}:function:pets`] },
          "access",
          "us-east-1",
        ),
    ],
    [
      "a target of events",
      (inside) => eventTargetFaults(`arn:${inside ? "aws" : "aws-cn"}:sqs:us-east-1:${account}:pets`, "target"),
    ],
    [
      "who is excluded from pull times",
      (inside) => pullTimeExclusionsFaults([role(inside ? "aws" : "aws-cn")], "exclusions", "us-east-1"),
    ],
    [
      "a repository",
      (inside) =>
        repositoryArnFaults(`arn:${inside ? "aws" : "aws-cn"}:ecr:us-east-1:${account}:repository/pets`, "arn"),
    ],
  ];
  for (const [what, faults] of cases) {
    it(`are compared for ${what}`, () => {
      assert.deepEqual(faults(true), []);
      assert.equal(faults(false).length, 1, rules(faults(false)));
    });
  }

  it("are compared within an ARN, and with the region that it is used in", () => {
    assert.match(
      rules(encryptionFaults({ encryptionType: "KMS", kmsKey: key("aws-cn", "us-east-1") }, "")),
      /partition aws-cn, us-east-1 in aws/,
    );
    assert.match(
      rules(customRoleFaults(role("aws"), "role", "210987654321", "cn-north-1")),
      /registry in 210987654321[\s\S]*cn-north-1 in aws-cn/,
    );
    assert.equal(parseRepositoryArn(`arn:aws:ecr:cn-north-1:${account}:repository/pets`), undefined);
  });

  it("have their own registry hosts", () => {
    for (const [host, isOne] of [
      ["us-gov-west-1.amazonaws.com", true],
      ["cn-north-1.amazonaws.com.cn", true],
      ["eusc-de-east-1.amazonaws.eu", true],
      ["cn-north-1.amazonaws.com", false],
      ["us-east-1.amazonaws.com.cn", false],
      ["us-iso-east-1.sc2s.sgov.gov", false],
      ["xx-north-1.amazonaws.com", true],
      ["us-east-1.constructor", false],
    ] as const) {
      assert.equal(parseEcrHost(`${account}.dkr.ecr.${host}`) !== undefined, isOne, host);
    }
    assert.equal(parseEcrHost(`${account}.dkr-ecr.cn-north-1.on.aws`), undefined);
  });

  it("have FIPS and dual-stack hosts that cannot be upstreams: the fix names the usual host", () => {
    const usual = `write "${account}.dkr.ecr.us-west-2.amazonaws.com".`;
    for (const [host, fix] of [
      [`${account}.dkr.ecr-fips.us-west-2.amazonaws.com`, usual],
      [`${account}.dkr-ecr.us-west-2.on.aws`, usual],
      ["ecr-public.aws.com", 'write "public.ecr.aws".'],
    ]) {
      assert.deepEqual(
        upstreamUrlFaults(host, "url").map((fault) => fault.fix),
        [fix],
      );
    }
  });
});

function allows(arn: string) {
  return {
    Version: "2012-10-17",
    Statement: [statement(arn)],
  };
}

function statement(arn: string) {
  return { Effect: "Allow", Principal: { AWS: arn }, Action: "ecr:BatchGetImage" };
}
