// A stack of many images written with only @pulumi/aws and @pulumi/docker: each repository with its lifecycle policy, and
// each image under two tags, which takes a docker.Image each.
import * as aws from "@pulumi/aws";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { repositoryWithPolicy } from "./resources";
import { names } from "./size";

const login = aws.ecr.getAuthorizationTokenOutput();
const registry = { server: login.proxyEndpoint, username: login.userName, password: pulumi.secret(login.password) };
for (const name of names) {
  const repository = repositoryWithPolicy(name);
  for (const tag of ["latest", "stable"]) {
    new docker.Image(`${name}-${tag}`, {
      imageName: pulumi.interpolate`${repository.repositoryUrl}:${tag}`,
      build: { context: `images/${name}`, platform: "linux/amd64" },
      registry,
    });
  }
}
