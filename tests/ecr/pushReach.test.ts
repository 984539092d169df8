import assert from "node:assert/strict";
import { coversEveryRepository, managedPushPolicy, namesRepositories } from "../../ecr/pushReach";

describe("ecr/pushReach", () => {
  const place = "arn:aws:ecr:eu-west-1:123456789012";

  it("knows resources that name no part of a repository's name, however they are written", () => {
    for (const pattern of [
      "*",
      "**",
      "*/*",
      "arn:*",
      "arn:*/*",
      "*:repository/*",
      "arn:aws:ecr:*",
      "arn:aws:ecr:eu-west-1:*/*",
      "arn:aws:ecr:*:*:repository/?*",
      "arn:aws:ecr:*:*:repository/*/*",
      "arn:aws-cn:ecr:cn-north-1:123456789012:repository/*",
      "arn:aws:ecr-public::123456789012:repository/*",
      `${place}:*`,
      `${place}:repository*`,
      `${place}:repository/*`,
      `${place}:repository/**`,
    ]) {
      assert.ok(coversEveryRepository(pattern), pattern);
    }
  });

  it("knows resources that name one, or some by a part of their name", () => {
    for (const pattern of [
      "",
      `${place}:repository/petclinic`,
      `${place}:repository/team/*`,
      `${place}:repository/*-service`,
      `${place}:repository/*a*`,
      "arn:aws:ecr:*:*:repository/petclinic",
      "arn:aws:ecr-public::123456789012:repository/team-*",
      "arn:aws:s3:::bucket/*",
      `${place}:registry/*`,
    ]) {
      assert.ok(!coversEveryRepository(pattern), pattern);
    }
  });

  it("tells resources that are about ECR from those for all services", () => {
    for (const pattern of ["arn:aws:ecr:*", "arn:*:ecr-public::123456789012:*", "*:repository/x", "ARN:aws:ECR:*"]) {
      assert.ok(namesRepositories(pattern), pattern);
    }
    for (const pattern of ["*", "arn:aws:*", "arn:aws:s3:::ecr:x", "arn:aws:ecrx:*"]) {
      assert.ok(!namesRepositories(pattern), pattern);
    }
  });

  it("knows AWS's policies that let push everywhere, in every partition, and takes no other for one", () => {
    for (const arn of [
      "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryFullAccess",
      "arn:aws-us-gov:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser",
      "arn:aws:iam::aws:policy/AmazonElasticContainerRegistryPublicFullAccess",
      "arn:aws:iam::aws:policy/AmazonElasticContainerRegistryPublicPowerUser",
      "arn:aws:iam::aws:policy/EC2InstanceProfileForImageBuilderECRContainerBuilds",
    ]) {
      assert.equal(managedPushPolicy(arn), arn.split("/").at(-1));
    }
    for (const arn of [
      "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly",
      "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
      "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
      "arn:aws:iam::123456789012:policy/AmazonEC2ContainerRegistryPowerUser",
      "AmazonEC2ContainerRegistryPowerUser",
    ]) {
      assert.equal(managedPushPolicy(arn), undefined, arn);
    }
  });
});
