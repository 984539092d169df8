import { wildcardMatches } from "../tags/wildcard";

/**
 * AWS managed policies that allow pushing to every repository of the account (ECR user guide and ECR Public user guide,
 * AWS managed policies; AWS managed policy reference, EC2InstanceProfileForImageBuilderECRContainerBuilds).
 */
const managedPushPolicies: readonly string[] = [
  "AmazonEC2ContainerRegistryFullAccess",
  "AmazonEC2ContainerRegistryPowerUser",
  "AmazonElasticContainerRegistryPublicFullAccess",
  "AmazonElasticContainerRegistryPublicPowerUser",
  "EC2InstanceProfileForImageBuilderECRContainerBuilds",
];

/**
 * The name of the AWS managed policy with this ARN, when it allows pushing to every repository; `undefined` otherwise.
 */
export function managedPushPolicy(arn: string): string | undefined {
  const name = /^arn:aws[a-z-]*:iam::aws:policy\/(?:[\w+=,.@-]+\/)*([\w+=,.@-]+)$/.exec(arn)?.[1];
  return managedPushPolicies.find((each) => each === name);
}

/** Whether an identity policy's `Resource` names ECR: it has ECR's service literally, or contains repositories. */
export function namesRepositories(pattern: string): boolean {
  return /^arn:[^:]*:ecr(?:-public)?:/i.test(pattern) || pattern.includes(":repository/");
}

/** Two unlike names: one without a namespace, one with. */
const dissimilarNames = [
  ["qqqqqqqq", "zz"],
  ["qqqqqqqq/qq", "zz/zzzzzzzz"],
] as const;

/**
 * Whether an identity policy's `Resource` does not restrict the repository name: it matches every repository, or every
 * one with a namespace, of at least one registry. `*` and `?` match any characters, including `:` and `/` (IAM user
 * guide, Resource).
 */
export function coversEveryRepository(pattern: string): boolean {
  const [, , , region = "", account = ""] = pattern.split(":");
  const written = (text: string, otherwise: string) => (/^[a-z0-9-]+$/.test(text) ? text : otherwise);
  const arns = ["ecr", "ecr-public"].map((service) => {
    const place = service === "ecr" ? written(region, "us-east-1") : "";
    return `arn:aws:${service}:${place}:${written(account, "123456789012")}:repository/`;
  });
  // Repositories do not differ by partition, so it is normalized.
  const ofUsualPartition = pattern.replace(/^arn:aws-[a-z-]+:/, "arn:aws:");
  return arns.some((arn) =>
    dissimilarNames.some((names) => names.every((name) => wildcardMatches(ofUsualPartition, `${arn}${name}`, "?"))),
  );
}
