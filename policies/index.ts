import { PolicyPack } from "@pulumi/policy";
import { encryptionMinimum } from "./encryption";
import { lifecycleLimits } from "./lifecycleLimits";
import { lifecyclePolicy } from "./lifecyclePolicy";
import { tagImmutability } from "./tagImmutability";

new PolicyPack("amazon-ecr", {
  displayName: "Amazon ECR",
  description: "Encryption, tag immutability and lifecycle of private repositories in Amazon ECR.",
  provider: "AWS",
  tags: ["aws", "ecr", "containers"],
  enforcementLevel: "mandatory",
  policies: [encryptionMinimum, tagImmutability, lifecyclePolicy, lifecycleLimits],
});
