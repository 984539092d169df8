// Only the imports that every program needs to push images to ECR.
import * as ecr from "@pulumi/aws/ecr";
import * as ecrpublic from "@pulumi/aws/ecrpublic";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

export const imported = [ecr, ecrpublic, docker, pulumi].every((each) => typeof each === "object");
