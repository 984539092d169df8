import { partitionOf } from "../regions";
import type { PolicyDocument } from "./types";

/**
 * The key policy of a customer key for repositories (KMS developer guide, default key policy; ECR user guide, encryption
 * at rest). The account's own policies decide who administers the key, so that nobody is locked out; and all whom the
 * account lets use ECR may use the key through ECR, and only through it. ECR's grants on the key come from there.
 *
 * @param account 12 digits: the key's account.
 * @param region The key's.
 */
export function repositoryKeyPolicy(account: string, region: string): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AdministrationByTheAccount",
        Effect: "Allow",
        Principal: { AWS: `arn:${partitionOf(region)}:iam::${account}:root` },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Sid: "UseThroughEcr",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: [
          "kms:CreateGrant",
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:Encrypt",
          "kms:GenerateDataKey*",
          "kms:ReEncrypt*",
          "kms:RetireGrant",
        ],
        Resource: "*",
        // The domain behind the region differs between partitions.
        Condition: {
          StringEquals: { "kms:CallerAccount": account },
          StringLike: { "kms:ViaService": `ecr.${region}.*` },
        },
      },
    ],
  };
}
