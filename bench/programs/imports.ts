// Only the imports that every program needs to push images to ECR.
import * as aws from "@pulumi/aws";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

export const imported = [aws, docker, pulumi].every((each) => typeof each === "object");
