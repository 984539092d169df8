import { wildcardMatches } from "./wildcard";

/**
 * AWS's own policies that let push to every repository of the account (ECR user guide and ECR Public user guide, AWS managed
 * policies; AWS managed policy reference, EC2InstanceProfileForImageBuilderECRContainerBuilds).
 */
const managedPushPolicies: readonly string[] = [
  "AmazonEC2ContainerRegistryFullAccess",
  "AmazonEC2ContainerRegistryPowerUser",
  "AmazonElasticContainerRegistryPublicFullAccess",
  "AmazonElasticContainerRegistryPublicPowerUser",
  "EC2InstanceProfileForImageBuilderECRContainerBuilds",
];

/** The name of AWS's policy that an ARN is of, when it lets push to every repository; `undefined` for every other. */
export function managedPushPolicy(arn: string): string | undefined {
  const name = /^arn:aws[a-z-]*:iam::aws:policy\/(?:[\w+=,.@-]+\/)*([\w+=,.@-]+)$/.exec(arn)?.[1];
  return managedPushPolicies.find((each) => each === name);
}

/** Whether an identity policy's `Resource` is about ECR by name: its service is written out, or it has repositories. */
export function namesRepositories(pattern: string): boolean {
  return /^arn:[^:]*:ecr(?:-public)?:/i.test(pattern) || pattern.includes(":repository/");
}

/** Names that have nothing in common: without a namespace, and with one. */
const unlikeNames = [
  ["qqqqqqqq", "zz"],
  ["qqqqqqqq/qq", "zz/zzzzzzzz"],
] as const;

/**
 * Whether an identity policy's `Resource` names no part of a repository's name: it stands for every repository, or for every
 * one with a namespace, of at least one registry. `*` and `?` may stretch over every character, `:` and `/` too (IAM user guide, Resource).
 */
export function coversEveryRepository(pattern: string): boolean {
  const [, , , region = "", account = ""] = pattern.split(":");
  const written = (text: string, otherwise: string) => (/^[a-z0-9-]+$/.test(text) ? text : otherwise);
  const arns = ["ecr", "ecr-public"].map((service) => {
    const place = service === "ecr" ? written(region, "us-east-1") : "";
    return `arn:aws:${service}:${place}:${written(account, "123456789012")}:repository/`;
  });
  // The partition is a part of the ARN that no repository is told by.
  const ofUsualPartition = pattern.replace(/^arn:aws-[a-z-]+:/, "arn:aws:");
  return arns.some((arn) =>
    unlikeNames.some((names) => names.every((name) => wildcardMatches(ofUsualPartition, `${arn}${name}`, "?"))),
  );
}
