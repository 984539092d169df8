// What any program that pushes images to ECR imports, and nothing else.
import * as aws from "@pulumi/aws";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

export const imported = [aws, docker, pulumi].every((each) => typeof each === "object");
