import * as pulumi from "@pulumi/pulumi";
import { ContainerImage, PrivateRepository } from "ecr-components";

const project = pulumi.getProject();

// Encrypted with KMS, immutable tags but latest, scanned on push; untagged images go after 7 days.
const repository = new PrivateRepository(project, {
  exclusionFilters: ["latest"],
  tags: { project, environment: pulumi.getStack() },
});

// Built from app/ when that changes, under a tag of its content, and called latest as well.
const image = new ContainerImage(project, {
  context: "app",
  repositories: [repository],
  tags: ["latest"],
});

export const url = repository.url;
export const reference = image.reference; // <url>@<digest>
