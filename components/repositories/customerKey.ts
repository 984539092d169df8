import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { repositoryKeyPolicy } from "../../ecr/accessPolicy";
import { keyDeletionWindow, repositoryKeyAlias } from "../../ecr/encryption";
import { replacedInPlace } from "../replacedInPlace";

export interface CustomerKeyArgs {
  repositoryName: pulumi.Input<string>;
  /** Days between the key's removal and its deletion, 7 to 30. @default 30 */
  deletionWindowInDays?: number;
  region?: pulumi.Input<string>;
  tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * A customer key for one repository: it rotates every year, has an alias that people can find it by, and a key policy
 * that leaves its administration to the account and its use to ECR.
 *
 * @param parent The component that the key, its alias and the look-ups belong to.
 * @param protect Whether the key cannot be deleted: without it, the repository's images are lost.
 */
export function createCustomerKey(
  name: string,
  args: CustomerKeyArgs,
  parent: pulumi.Resource,
  protect: boolean | undefined,
): aws.kms.Key {
  const account = aws.getCallerIdentityOutput({}, { parent }).accountId;
  const region = args.region ?? aws.getRegionOutput({}, { parent }).region;
  const key = new aws.kms.Key(
    name,
    {
      description: pulumi.interpolate`Images of the ECR repository ${args.repositoryName}`,
      enableKeyRotation: true,
      deletionWindowInDays: args.deletionWindowInDays ?? keyDeletionWindow.maximum,
      policy: pulumi
        .all([account, region])
        .apply(([owner, place]) => JSON.stringify(repositoryKeyPolicy(owner, place))),
      region: args.region,
      tags: args.tags,
    },
    { parent, protect, ...replacedInPlace },
  );
  new aws.kms.Alias(
    name,
    {
      name: pulumi.output(args.repositoryName).apply(repositoryKeyAlias),
      targetKeyId: key.keyId,
      region: args.region,
    },
    { parent, protect: false, ...replacedInPlace },
  );
  return key;
}
