import {
  BatchCheckLayerAvailabilityCommand,
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  BatchGetRepositoryScanningConfigurationCommand,
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  DeleteLifecyclePolicyCommand,
  DeleteRegistryPolicyCommand,
  DeleteRepositoryCommand,
  DeleteRepositoryPolicyCommand,
  DescribeImageScanFindingsCommand,
  DescribeImagesCommand,
  DescribeRegistryCommand,
  DescribeRepositoriesCommand,
  type ECRClient,
  GetAuthorizationTokenCommand,
  GetDownloadUrlForLayerCommand,
  GetLifecyclePolicyCommand,
  GetRegistryPolicyCommand,
  GetRegistryScanningConfigurationCommand,
  GetRepositoryPolicyCommand,
  InitiateLayerUploadCommand,
  ListImagesCommand,
  ListTagsForResourceCommand,
  PutImageCommand,
  PutImageScanningConfigurationCommand,
  PutImageTagMutabilityCommand,
  PutLifecyclePolicyCommand,
  PutRegistryPolicyCommand,
  PutRegistryScanningConfigurationCommand,
  PutReplicationConfigurationCommand,
  SetRepositoryPolicyCommand,
  StartImageScanCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UploadLayerPartCommand,
} from "@aws-sdk/client-ecr";
import { account, region } from "./harness";
import { policyText } from "./iam";
import { digestOf, testImage } from "./registryClient";

/**
 * One call, made to both the gateway and moto.
 *
 * @param imageDigest The digest in the answer to "put an image".
 */
export type Step = (ecr: ECRClient, imageDigest: string) => Promise<object>;

const repositoryName = "app";
const resourceArn = `arn:aws:ecr:${region}:${account}:repository/${repositoryName}`;
export const image = testImage("compared");
const other = testImage("another");
const imageManifest = image.manifest;
const lifecyclePolicyText = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 14 },
      action: { type: "expire" },
    },
  ],
});
const access = policyText({ Effect: "Allow", Principal: "*", Action: "ecr:BatchGetImage" });
const registryAccess = (Action: string) =>
  policyText({
    Effect: "Allow",
    Principal: { AWS: "arn:aws:iam::222222222222:root" },
    Action,
    Resource: `arn:aws:ecr:${region}:${account}:repository/*`,
  });
const replicateTo = (to: string) =>
  new PutReplicationConfigurationCommand({
    replicationConfiguration: { rules: [{ destinations: [{ region: to, registryId: account }] }] },
  });
const excluding = (filter: string) => [{ filter, filterType: "WILDCARD" as const }];

/** An SDK call as a step. The command types have no useful common type, hence the cast. */
const send =
  (command: object): Step =>
  (ecr) =>
    ecr.send(command as never) as Promise<object>;

/** In execution order; each may build on earlier ones. */
export const steps: Record<string, Step> = {
  "get a login": send(new GetAuthorizationTokenCommand({})),
  "get logins for two registries": send(new GetAuthorizationTokenCommand({ registryIds: [account, "222222222222"] })),
  "describe repositories when there are none": send(new DescribeRepositoriesCommand({})),
  "create a repository": send(new CreateRepositoryCommand({ repositoryName, tags: [{ Key: "team", Value: "vets" }] })),
  "create it again": send(new CreateRepositoryCommand({ repositoryName })),
  "create with an upper-case name": send(new CreateRepositoryCommand({ repositoryName: "APP" })),
  "create with a one-letter name": send(new CreateRepositoryCommand({ repositoryName: "a" })),
  "create with an unknown mutability": send(
    new CreateRepositoryCommand({ repositoryName: "app2", imageTagMutability: "FIXED" as "MUTABLE" }),
  ),
  "create with exclusion filters for a mutability without exclusions": send(
    new CreateRepositoryCommand({
      repositoryName: "app2",
      imageTagMutability: "IMMUTABLE",
      imageTagMutabilityExclusionFilters: excluding("latest"),
    }),
  ),
  "create with an exclusion filter with three wildcards": send(
    new CreateRepositoryCommand({
      repositoryName: "app3",
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: excluding("a*b*c*"),
    }),
  ),
  "create with a key and AES256": send(
    new CreateRepositoryCommand({
      repositoryName: "app4",
      encryptionConfiguration: { encryptionType: "AES256", kmsKey: "alias/x" },
    }),
  ),
  "describe a repository": send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] })),
  "describe a nonexistent repository": send(new DescribeRepositoriesCommand({ repositoryNames: ["nowhere"] })),
  "make it immutable": send(new PutImageTagMutabilityCommand({ repositoryName, imageTagMutability: "IMMUTABLE" })),
  "make it immutable with exclusions, but without filters": send(
    new PutImageTagMutabilityCommand({ repositoryName, imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" }),
  ),
  "scan it on push": send(
    new PutImageScanningConfigurationCommand({ repositoryName, imageScanningConfiguration: { scanOnPush: true } }),
  ),
  "list its tags": send(new ListTagsForResourceCommand({ resourceArn })),
  "tag it": send(new TagResourceCommand({ resourceArn, tags: [{ Key: "stage", Value: "prod" }] })),
  "tag it with a reserved key": send(
    new TagResourceCommand({ resourceArn, tags: [{ Key: "aws:stage", Value: "prod" }] }),
  ),
  "untag it": send(new UntagResourceCommand({ resourceArn, tagKeys: ["stage"] })),
  "list the tags of an invalid ARN": send(new ListTagsForResourceCommand({ resourceArn: "app" })),
  "get a nonexistent lifecycle policy": send(new GetLifecyclePolicyCommand({ repositoryName })),
  "put a lifecycle policy": send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText })),
  "put a lifecycle policy with an invalid action": send(
    new PutLifecyclePolicyCommand({
      repositoryName,
      lifecyclePolicyText: lifecyclePolicyText.replace('"expire"', '"forget"'),
    }),
  ),
  "put a lifecycle policy that is not JSON": send(
    new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: "x".repeat(100) }),
  ),
  "delete the lifecycle policy": send(new DeleteLifecyclePolicyCommand({ repositoryName })),
  "get a nonexistent repository policy": send(new GetRepositoryPolicyCommand({ repositoryName })),
  "set a repository policy": send(new SetRepositoryPolicyCommand({ repositoryName, policyText: access })),
  "get the repository policy": send(new GetRepositoryPolicyCommand({ repositoryName })),
  "set a repository policy that is not JSON": send(
    new SetRepositoryPolicyCommand({ repositoryName, policyText: "none" }),
  ),
  "delete the repository policy": send(new DeleteRepositoryPolicyCommand({ repositoryName })),
  "get a nonexistent registry policy": send(new GetRegistryPolicyCommand({})),
  "put a registry policy": send(new PutRegistryPolicyCommand({ policyText: registryAccess("ecr:ReplicateImage") })),
  "put a registry policy about pulls": send(
    new PutRegistryPolicyCommand({ policyText: registryAccess("ecr:BatchGetImage") }),
  ),
  "delete the registry policy": send(new DeleteRegistryPolicyCommand({})),
  "describe the registry": send(new DescribeRegistryCommand({})),
  "replicate to another region": send(replicateTo("eu-west-1")),
  "replicate a registry to itself": send(replicateTo(region)),
  "remove the replication rules": send(
    new PutReplicationConfigurationCommand({ replicationConfiguration: { rules: [] } }),
  ),
  "get the scanning configuration": send(new GetRegistryScanningConfigurationCommand({})),
  "scan everything on push": send(
    new PutRegistryScanningConfigurationCommand({
      scanType: "BASIC",
      rules: [{ scanFrequency: "SCAN_ON_PUSH", repositoryFilters: [{ filter: "*", filterType: "WILDCARD" }] }],
    }),
  ),
  "scan continuously without enhanced scanning": send(
    new PutRegistryScanningConfigurationCommand({
      scanType: "BASIC",
      rules: [{ scanFrequency: "CONTINUOUS_SCAN", repositoryFilters: [{ filter: "*", filterType: "WILDCARD" }] }],
    }),
  ),
  "get the scanning configuration of repositories": send(
    new BatchGetRepositoryScanningConfigurationCommand({ repositoryNames: [repositoryName, "nowhere"] }),
  ),
  "check layers": send(
    new BatchCheckLayerAvailabilityCommand({ repositoryName, layerDigests: [digestOf(image.layer), "none"] }),
  ),
  "begin an upload": send(new InitiateLayerUploadCommand({ repositoryName })),
  "begin an upload to a nonexistent repository": send(new InitiateLayerUploadCommand({ repositoryName: "nowhere" })),
  "get the download URL of a nonexistent layer": send(
    new GetDownloadUrlForLayerCommand({ repositoryName, layerDigest: digestOf("x") }),
  ),
  "upload a part to a nonexistent upload": send(
    new UploadLayerPartCommand({
      repositoryName,
      uploadId: "0e9f4a9c-1f2b-4c3d-8e4f-5a6b7c8d9e0f",
      partFirstByte: 0,
      partLastByte: 1,
      layerPartBlob: Buffer.from("ab"),
    }),
  ),
  "complete a nonexistent upload": send(
    new CompleteLayerUploadCommand({
      repositoryName,
      uploadId: "0e9f4a9c-1f2b-4c3d-8e4f-5a6b7c8d9e0f",
      layerDigests: [digestOf("x")],
    }),
  ),
  "put an image": send(new PutImageCommand({ repositoryName, imageManifest, imageTag: "v1" })),
  "put it again": send(new PutImageCommand({ repositoryName, imageManifest, imageTag: "v1" })),
  "put another image under its tag": send(
    new PutImageCommand({ repositoryName, imageManifest: other.manifest, imageTag: "v1" }),
  ),
  "put it under a second tag": send(new PutImageCommand({ repositoryName, imageManifest, imageTag: "v2" })),
  "put an image with a wrong digest": send(
    new PutImageCommand({ repositoryName, imageManifest, imageTag: "v3", imageDigest: digestOf("x") }),
  ),
  "put an invalid manifest": send(new PutImageCommand({ repositoryName, imageManifest: "{}", imageTag: "v4" })),
  "list images": send(new ListImagesCommand({ repositoryName })),
  "list untagged images": send(new ListImagesCommand({ repositoryName, filter: { tagStatus: "UNTAGGED" } })),
  "describe images": send(new DescribeImagesCommand({ repositoryName })),
  "describe a nonexistent image": send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: "v9" }] })),
  "get images": send(
    new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: "v1" }, { imageTag: "v9" }, {}] }),
  ),
  "get the findings of a nonexistent image": send(
    new DescribeImageScanFindingsCommand({ repositoryName, imageId: { imageTag: "v9" } }),
  ),
  "scan an image": send(new StartImageScanCommand({ repositoryName, imageId: { imageTag: "v1" } })),
  "scan it again": send(new StartImageScanCommand({ repositoryName, imageId: { imageTag: "v1" } })),
  "delete a repository with images": send(new DeleteRepositoryCommand({ repositoryName })),
  "delete a tag": send(new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageTag: "v2" }] })),
  "delete a nonexistent tag": send(new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageTag: "v2" }] })),
  "delete by an invalid digest": send(
    new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageDigest: "nonsense" }] }),
  ),
  "delete by an empty identifier": send(new BatchDeleteImageCommand({ repositoryName, imageIds: [{}] })),
  "delete an image": (ecr, imageDigest) =>
    ecr.send(new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageDigest }] })),
  "delete the repository": send(new DeleteRepositoryCommand({ repositoryName, force: true })),
  "delete it again": send(new DeleteRepositoryCommand({ repositoryName })),
  "list the images of a deleted repository": send(new ListImagesCommand({ repositoryName })),
};

/** Layers that the gateway needs before it accepts an image; moto does not check layers. */
export const layers: readonly Buffer[] = [image.config, image.layer, other.config, other.layer];
