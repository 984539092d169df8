/**
 * A resource as a policy pack receives it, before it is wrapped: its properties, and the resources that they depend on.
 */
export interface JudgedResource {
  type: string;
  name: string;
  props: Record<string, unknown>;
  /** Names of resources by the property that depends on them. */
  from?: Record<string, string[]>;
}

const account = "123456789012";
const region = "us-east-1";
const digest = `sha256:${"a".repeat(64)}`;
const lifecycle = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 7 },
      action: { type: "expire" },
    },
  ],
});
const access = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "ecr:BatchGetImage" }],
});

/**
 * The resources of one service: a repository with a key and an alias, two policies, an image and its consumer. They
 * pass every rule.
 */
export const resourcesOfService = 7;

export function serviceResources(service: string): JudgedResource[] {
  const keyArn = `arn:aws:kms:${region}:${account}:key/${service}`;
  const url = `${account}.dkr.ecr.${region}.amazonaws.com/${service}`;
  const repository = `${service}-repository`;
  return [
    {
      type: "aws:kms/key:Key",
      name: `${service}-key`,
      props: { arn: keyArn, keyId: service, id: service, enableKeyRotation: true, deletionWindowInDays: 30, region },
    },
    {
      type: "aws:kms/alias:Alias",
      name: `${service}-alias`,
      props: {
        arn: `arn:aws:kms:${region}:${account}:alias/${service}`,
        name: `alias/${service}`,
        targetKeyId: service,
        region,
      },
      from: { targetKeyId: [`${service}-key`] },
    },
    {
      type: "aws:ecr/repository:Repository",
      name: repository,
      props: {
        name: service,
        registryId: account,
        region,
        repositoryUrl: url,
        encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: `alias/${service}` }],
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
      },
      from: { encryptionConfigurations: [`${service}-alias`] },
    },
    {
      type: "aws:ecr/lifecyclePolicy:LifecyclePolicy",
      name: `${service}-lifecycle`,
      props: { repository: service, registryId: account, region, policy: lifecycle },
      from: { repository: [repository] },
    },
    {
      type: "aws:ecr/repositoryPolicy:RepositoryPolicy",
      name: `${service}-access`,
      props: { repository: service, registryId: account, region, policy: access },
      from: { repository: [repository] },
    },
    {
      type: "docker:index/image:Image",
      name: `${service}-image`,
      props: { imageName: `${url}:1.0.0`, build: { platform: "linux/amd64" } },
      from: { imageName: [repository] },
    },
    {
      type: "aws:lambda/function:Function",
      name: `${service}-function`,
      props: { imageUri: `${url}@${digest}`, region },
      from: { imageUri: [repository] },
    },
  ];
}
