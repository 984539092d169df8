import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** ECR's document for "delete untagged images after 7 days, keep the 50 newest content-tagged ones". */
const lifecyclePolicy = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: "tagged", tagPatternList: ["src-*"], countType: "imageCountMoreThan", countNumber: 50 },
      action: { type: "expire" },
    },
    {
      rulePriority: 2,
      selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 7 },
      action: { type: "expire" },
    },
  ],
});

/** The same custom resources as PrivateRepository creates by default, and nothing else. */
export function repositoryWithPolicy(name: string, opts?: pulumi.CustomResourceOptions): aws.ecr.Repository {
  const repository = new aws.ecr.Repository(
    name,
    {
      name,
      encryptionConfigurations: [{ encryptionType: "KMS" }],
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      forceDelete: false,
    },
    opts,
  );
  new aws.ecr.LifecyclePolicy(name, { repository: repository.name, policy: lifecyclePolicy }, opts);
  return repository;
}
