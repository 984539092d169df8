// biome-ignore-all lint: made of the doc comments and the README by docs/generate/componentExamples.ts
// biome-ignore-all assist: made of the doc comments and the README by docs/generate/componentExamples.ts
// biome-ignore-all format: made of the doc comments and the README by docs/generate/componentExamples.ts
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  AccessArgs,
  ContainerImage,
  ExistingPrivateRepository,
  ExistingPublicRepository,
  InputRefused,
  LifecycleRuleInput,
  MirroredImage,
  PrivateRepository,
  PrivateRepositoryArgs,
  PublicRepository,
  PushRole,
  Registry,
  RegistryEvents,
  lambdaDeployPolicy,
  promoteImage,
  pullPolicy,
  pushPolicy,
} from "../../components";

declare const repository: PrivateRepository;
declare const petclinic: PrivateRepository;
declare const pushRole: PushRole;
declare const executionRole: aws.iam.Role;
declare const deployer: aws.iam.Role;
declare const builder: aws.iam.Role;
declare const config: pulumi.Config;
declare const name: string;
declare const args: PrivateRepositoryArgs;

/** ContainerImage */
export function exampleOfContainerImage() {
  const image = new ContainerImage("petclinic", { context: "app", repositories: [repository], tags: ["latest"] });
  const reference = image.reference; // …/petclinic@sha256:…
}

/** MirroredImage */
export function exampleOfMirroredImage() {
  const image = new MirroredImage("petclinic", { source: "smlinux/petclinic:latest", repositories: [repository] });
  const reference = image.reference; // …/petclinic@sha256:…
}

/** promoteImage */
export function exampleOfPromoteImage() {
  promoteImage("petclinic", {
    source: "210987654321.dkr.ecr.eu-central-1.amazonaws.com/petclinic@sha256:…",
    sourceRegistry: { registryId: "210987654321", region: "eu-central-1" },
    repositories: [repository],
  });
}

/** InputRefused */
export function exampleOfInputRefused() {
  try {
    new PrivateRepository("Pet_Clinic");
  } catch (error) {
    if (error instanceof InputRefused) console.error(error.faults.map(({ path, fix }) => `${path}: ${fix}`));
  }
}

/** pullPolicy */
export function exampleOfPullPolicy() {
  new aws.iam.RolePolicy("pull", { role: executionRole.name, policy: pullPolicy([repository]) });
}

/** lambdaDeployPolicy */
export function exampleOfLambdaDeployPolicy() {
  new aws.iam.RolePolicy("deploy", { role: deployer.name, policy: lambdaDeployPolicy([repository]) });
}

/** pushPolicy */
export function exampleOfPushPolicy() {
  new aws.iam.RolePolicy("push", { role: builder.name, policy: pushPolicy([repository]) });
}

/** PushRole */
export function exampleOfPushRole() {
  const role = new PushRole("release", {
    repositories: [petclinic],
    github: [{ repository: "octo-org/petclinic", branches: ["main"], tags: ["v*"] }],
    createProvider: true,
  });
  const roleToAssume = role.roleArn;
}

/** Registry */
export function exampleOfRegistry() {
  const registry = new Registry("registry", {
    replication: [{ regions: ["us-east-1"], repositories: ["prod/"] }],
    pullThroughCache: [
      { upstream: "ecr-public" },
      { upstream: "docker-hub", credential: { username: "pets", accessToken: config.requireSecret("dockerHubToken") } },
    ],
    creationTemplates: [{ prefix: "docker-hub", appliedFor: ["PULL_THROUGH_CACHE"] }],
  });
  const mirror = registry.cacheUrls["docker-hub"];
}

/** RegistryEvents */
export function exampleOfRegistryEvents() {
  const events = new RegistryEvents("images", { repositories: [petclinic], findingsFrom: "CRITICAL" });
  new aws.sns.TopicSubscription("team", { topic: events.topicArn, protocol: "email", endpoint: "team@example.com" });
}

/** ExistingPrivateRepository */
export function exampleOfExistingPrivateRepository() {
  const shared = PrivateRepository.get("shared", { repositoryName: "platform/base", registryId: "210987654321" });
  const url = shared.url;
}

/** ExistingPublicRepository */
export function exampleOfExistingPublicRepository() {
  const shared = PublicRepository.get("base", { repositoryName: "platform/base" });
  const url = shared.url;
}

/** PrivateRepository */
export function exampleOfPrivateRepository() {
  const repository = new PrivateRepository("petclinic", {
    exclusionFilters: ["latest"],
    protectedTags: ["v*"],
    access: { pullFrom: ["o-a1b2c3d4e5"] },
  });
  const url = repository.url;
}

/** PrivateRepository.get */
export function exampleOfPrivateRepositoryGet() {
  const shared = PrivateRepository.get("shared", { repositoryName: "platform/base", registryId: "210987654321" });
  new ContainerImage("base", { context: "base", repositories: [shared] });
}

/** PublicRepository */
export function exampleOfPublicRepository() {
  const repository = new PublicRepository("petclinic", {
    catalogData: { description: "Spring PetClinic Demo", usageFile: "docs/usage.md", logoFile: "docs/logo.png" },
  });
  const url = repository.url;
}

/** PublicRepository.get */
export function exampleOfPublicRepositoryGet() {
  const shared = PublicRepository.get("base", { repositoryName: "platform/base" });
  new ContainerImage("base", { context: "base", repositories: [shared] });
}

/** AccessArgs */
export function exampleOfAccessArgs() {
  const access: AccessArgs = {
    pullFrom: ["o-a1b2c3d4e5", "arn:aws:iam::210987654321:role/ecs-execution"],
    pushFrom: [pushRole.roleArn],
    lambdaPull: ["123456789012"],
  };
}

/** LifecycleRuleInput */
export function exampleOfLifecycleRuleInput() {
  const rule: LifecycleRuleInput = { images: { tagPatterns: ["pr-*"] }, expireAfterDays: 14 };
}

/** README.md 1 */
export function exampleOfREADMEMd1() {

  const repository = new PrivateRepository("petclinic", {
    exclusionFilters: ["latest"],
    protectedTags: ["v*"],
    access: { pullFrom: ["o-a1b2c3d4e5"] },
  });
  const gallery = new PublicRepository("petclinic", { catalogData: { description: "Spring PetClinic Demo" } });
  const image = new ContainerImage("petclinic", { context: "app", repositories: [repository, gallery], tags: ["latest"] });
  new PushRole("release", {
    repositories: [repository],
    // A repository of github.com made, renamed or transferred since 15 July 2026: "octo-org@1234/petclinic@5678", with its ids.
    github: [{ repository: "octo-org/petclinic", branches: ["main"] }],
    createProvider: true,
  });
  const reference = image.reference; // <url>@<digest>
}
