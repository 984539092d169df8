import { partitionOf } from "../names/regions";
import type { PolicyDocument } from "./policyDocument";

/**
 * The key policy of a customer managed key for repositories (KMS developer guide, default key policy; ECR user guide,
 * encryption at rest). The account's own policies decide who administers the key, so that nobody is locked out.
 * Everyone whom the account allows to use ECR may use the key, but only through ECR. ECR's grants on the key depend on
 * this.
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
        // The domain after the region depends on the partition.
        Condition: {
          StringEquals: { "kms:CallerAccount": account },
          StringLike: { "kms:ViaService": `ecr.${region}.*` },
        },
      },
    ],
  };
}
