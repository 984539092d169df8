import { PolicyPack } from "@pulumi/policy";
import { rules } from "./rules";

new PolicyPack("amazon-ecr", {
  displayName: "Amazon ECR",
  description:
    "Encryption, tag immutability, lifecycle, access, scanning, publishing, images and operations of Amazon ECR.",
  provider: "AWS",
  tags: ["aws", "ecr", "containers"],
  enforcementLevel: "mandatory",
  policies: [...rules],
});
