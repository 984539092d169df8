// The reference stack written with only @pulumi/aws and @pulumi/docker: two repositories, one image, four tags.
import * as aws from "@pulumi/aws";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

const privateRepository = new aws.ecr.Repository("petclinic", {
  name: "petclinic",
  encryptionConfigurations: [{ encryptionType: "AES256" }],
  imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
  imageTagMutabilityExclusionFilters: [{ filter: "latest", filterType: "WILDCARD" }],
  imageScanningConfiguration: { scanOnPush: true },
  forceDelete: true,
});
const publicRepository = new aws.ecrpublic.Repository("petclinic", {
  repositoryName: "petclinic",
  catalogData: { description: "Spring PetClinic Demo", architectures: ["x86-64"], operatingSystems: ["Linux"] },
  forceDestroy: true,
  region: "us-east-1",
});
const untagged = { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 7 };
new aws.ecr.LifecyclePolicy("petclinic", {
  repository: privateRepository.name,
  policy: JSON.stringify({ rules: [{ rulePriority: 1, selection: untagged, action: { type: "expire" } }] }),
});

const privateLogin = aws.ecr.getAuthorizationTokenOutput({ registryId: privateRepository.registryId });
const publicLogin = aws.ecrpublic.getAuthorizationTokenOutput({ region: "us-east-1" });
const privateServer = { server: privateLogin.proxyEndpoint, ...credentials(privateLogin) };
// The host is the part before the first slash.
const publicServer = {
  server: publicRepository.repositoryUri.apply((uri) => uri.slice(0, uri.indexOf("/"))),
  ...credentials(publicLogin),
};
for (const tag of ["1.0.0", "latest"]) {
  image(`private-${tag}`, pulumi.interpolate`${privateRepository.repositoryUrl}:${tag}`, privateServer);
  image(`public-${tag}`, pulumi.interpolate`${publicRepository.repositoryUri}:${tag}`, publicServer);
}

function credentials(login: pulumi.Output<{ userName: string; password: string }>) {
  return { username: login.userName, password: pulumi.secret(login.password) };
}

function image(name: string, imageName: pulumi.Output<string>, registry: docker.types.input.Registry): void {
  const build = { context: "app", platform: "linux/amd64", args: { NODE_IMAGE: "sandbox.local/node:22" } };
  new docker.Image(name, { imageName, build, registry });
}
