import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import { repositoryKeyPolicy } from "../../ecr/accessPolicy";
import { keyDeletionWindow, repositoryKeyAlias } from "../../ecr/repository/encryption";
import { deleteBeforeReplaceOptions } from "../resourceOptions";
import { type Transform, transformed } from "../transform";

export interface CustomerKeyArgs {
  /** The component's name in messages. */
  subject: string;
  repositoryName: pulumi.Input<string>;
  /** Days between the key's removal and its deletion, 7 to 30. @default 30 */
  deletionWindowInDays?: number;
  region?: pulumi.Input<string>;
  tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Transforms the key. @default none */
  transform?: Transform<kms.KeyArgs>;
}

/**
 * Creates a customer managed key for one repository: rotated every year, with an alias to find it by, and a key policy
 * that leaves its administration to the account and its use to ECR.
 *
 * @param parent The parent component of the key, its alias, and the lookups.
 * @param protect Whether the key is protected from deletion: without it, the repository's images are lost.
 */
export function createCustomerKey(
  name: string,
  args: CustomerKeyArgs,
  parent: pulumi.Resource,
  protect: boolean | undefined,
): kms.Key {
  const account = getCallerIdentityOutput({}, { parent }).accountId;
  const region = args.region ?? getRegionOutput({}, { parent }).region;
  const key = new kms.Key(
    ...transformed(args.subject, args.transform, {
      key: "key",
      name,
      args: {
        description: pulumi.interpolate`Images of the ECR repository ${args.repositoryName}`,
        enableKeyRotation: true,
        deletionWindowInDays: args.deletionWindowInDays ?? keyDeletionWindow.maximum,
        policy: pulumi
          .all([account, region])
          .apply(([owner, place]) => JSON.stringify(repositoryKeyPolicy(owner, place))),
        region: args.region,
        tags: args.tags,
      },
      opts: { parent, protect, ...deleteBeforeReplaceOptions },
      fixed: ["region"],
    }),
  );
  new kms.Alias(
    name,
    {
      name: pulumi.output(args.repositoryName).apply(repositoryKeyAlias),
      targetKeyId: key.keyId,
      region: args.region,
    },
    { parent, protect: false, ...deleteBeforeReplaceOptions },
  );
  return key;
}
