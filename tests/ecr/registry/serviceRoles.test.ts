import assert from "node:assert/strict";
import { accessPolicyFaults, publicStatements, statementGrants } from "../../../ecr/accessPolicy";
import {
  cacheRolePolicy,
  replicationStatement,
  templateRolePolicy,
  trustPolicy,
} from "../../../ecr/registry/serviceRoles";

const registry = { partition: "aws", account: "123456789012", region: "ap-northeast-2", domain: "amazonaws.com" };
const arn = (name: string) => `arn:aws:ecr:ap-northeast-2:123456789012:repository/${name}`;
const key = "arn:aws:kms:ap-northeast-2:123456789012:key/1";

describe("ecr/registry/serviceRoles", () => {
  it("trusts one service only, as in the user guide: without condition keys that ECR is not known to send", () => {
    assert.deepEqual(trustPolicy("ecr.amazonaws.com"), {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: "ecr.amazonaws.com" }, Action: "sts:AssumeRole" }],
    });
  });

  it("grants templates each permission only below the prefixes that need it", () => {
    const policy = templateRolePolicy(
      [
        { prefix: "plain", appliedFor: ["CREATE_ON_PUSH"], tagged: false, key },
        { prefix: "tagged/", appliedFor: ["REPLICATION", "CREATE_ON_PUSH"], tagged: true, key: "managed" },
        { prefix: "ROOT", appliedFor: ["PULL_THROUGH_CACHE"], tagged: true, key },
      ],
      registry,
    );
    assert.equal(policy.Version, "2012-10-17");
    const keyActions = ["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"];
    assert.deepEqual(policy.Statement, [
      {
        Sid: "CreateRepositories",
        Effect: "Allow",
        Action: ["ecr:CreateRepository"],
        Resource: [arn("*"), arn("plain/*"), arn("tagged/*")],
      },
      { Sid: "TagRepositories", Effect: "Allow", Action: ["ecr:TagResource"], Resource: [arn("*"), arn("tagged/*")] },
      { Sid: "ReplicateImages", Effect: "Allow", Action: ["ecr:ReplicateImage"], Resource: [arn("tagged/*")] },
      { Sid: "UseKeys", Effect: "Allow", Action: keyActions, Resource: [key] },
      {
        Sid: "UseManagedKey",
        Effect: "Allow",
        Action: keyActions,
        Resource: ["arn:aws:kms:ap-northeast-2:123456789012:key/*"],
        Condition: { StringEquals: { "kms:ViaService": "ecr.ap-northeast-2.amazonaws.com" } },
      },
    ]);
  });

  it("omits permissions that no template needs", () => {
    const policy = templateRolePolicy([{ prefix: "a", appliedFor: ["CREATE_ON_PUSH"], tagged: true }], registry);
    assert.deepEqual(
      policy.Statement.map(({ Sid }) => Sid),
      ["CreateRepositories", "TagRepositories"],
    );
  });

  it("lets cache rules pull from the upstream repositories they name and store below their prefix only", () => {
    const upstream = { account: "210987654321", region: "us-east-1" };
    const policy = cacheRolePolicy(
      [
        { prefix: "team", upstream, upstreamPrefix: "base" },
        { prefix: "all", upstream: { ...upstream, region: "eu-west-1" } },
      ],
      registry,
    );
    assert.equal(policy.Version, "2012-10-17");
    assert.deepEqual(
      policy.Statement.map(({ Sid, Resource }) => [Sid, Resource]),
      [
        ["SignIn", ["*"]],
        [
          "PullFromUpstream",
          [
            arn("all/*"),
            arn("team/*"),
            "arn:aws:ecr:eu-west-1:210987654321:repository/*",
            "arn:aws:ecr:us-east-1:210987654321:repository/base/*",
          ],
        ],
        ["StoreInCache", [arn("all/*"), arn("team/*")]],
      ],
    );
    const actions = policy.Statement.flatMap(({ Action }) => Action);
    assert.deepEqual(actions.sort(), [
      "ecr:BatchGetImage",
      "ecr:BatchImportUpstreamImage",
      "ecr:CompleteLayerUpload",
      "ecr:GetAuthorizationToken",
      "ecr:GetDownloadUrlForLayer",
      "ecr:GetImageCopyStatus",
      "ecr:InitiateLayerUpload",
      "ecr:PutImage",
      "ecr:UploadLayerPart",
    ]);
  });

  it("lets accounts replicate into the registry without making it public", () => {
    const statement = replicationStatement(["210987654321", "111122223333", "210987654321"], registry);
    assert.deepEqual(statement, {
      Sid: "ReplicateFrom",
      Effect: "Allow",
      Principal: { AWS: ["arn:aws:iam::111122223333:root", "arn:aws:iam::210987654321:root"] },
      Action: ["ecr:CreateRepository", "ecr:ReplicateImage"],
      Resource: arn("*"),
    });
    const policy = { Version: "2012-10-17" as const, Statement: [statement] };
    assert.deepEqual(accessPolicyFaults(policy, "policy", "registry"), []);
    assert.deepEqual(publicStatements(policy), []);
    assert.equal(statementGrants(policy).length, 1);
  });

  it("uses the ARNs of another partition", () => {
    const china = { partition: "aws-cn", account: "123456789012", region: "cn-north-1", domain: "amazonaws.com.cn" };
    const policy = templateRolePolicy([{ prefix: "a", appliedFor: [], tagged: false, key: "managed" }], china);
    assert.deepEqual(
      policy.Statement.map(({ Resource, Condition }) => [Resource, Condition]),
      [
        [["arn:aws-cn:ecr:cn-north-1:123456789012:repository/a/*"], undefined],
        [
          ["arn:aws-cn:kms:cn-north-1:123456789012:key/*"],
          { StringEquals: { "kms:ViaService": "ecr.cn-north-1.amazonaws.com.cn" } },
        ],
      ],
    );
  });
});
