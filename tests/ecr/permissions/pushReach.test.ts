import assert from "node:assert/strict";
import { coversEveryRepository, managedPushPolicy, namesRepositories } from "../../../ecr/permissions/pushReach";

describe("ecr/permissions/pushReach", () => {
  const place = "arn:aws:ecr:eu-west-1:123456789012";

  it("recognizes resources that cover every repository, however they are written", () => {
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

  it("recognizes resources that cover one repository, or some by part of their name", () => {
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

  it("distinguishes resources of ECR from those of all services", () => {
    for (const pattern of ["arn:aws:ecr:*", "arn:*:ecr-public::123456789012:*", "*:repository/x", "ARN:aws:ECR:*"]) {
      assert.ok(namesRepositories(pattern), pattern);
    }
    for (const pattern of ["*", "arn:aws:*", "arn:aws:s3:::ecr:x", "arn:aws:ecrx:*"]) {
      assert.ok(!namesRepositories(pattern), pattern);
    }
  });

  it("recognizes AWS managed policies that allow pushing everywhere, in every partition, and no others", () => {
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
