import {
  type PolicyDocument,
  type PolicyStatement,
  publicPushActions,
  pullActions,
  uploadActions,
} from "./accessPolicy";
import type { Fault } from "./faults";
import { parseRepositoryArn, repositoryArnFaults } from "./repositoryArns";

/**
 * Characters of all inline policies of a role together, white space not counted (IAM user guide, IAM and STS quotas).
 */
export const inlinePolicyMaximum = 10_240;

/**
 * What `docker push` calls on a private repository, no more: it asks for layers and manifests that are there, uploads
 * what is missing and puts the manifest (ECR user guide, required IAM permissions for pushing an image). To fetch layers,
 * `ecr:GetDownloadUrlForLayer`, is not a part of it.
 */
export const pushOnlyActions: readonly string[] = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:BatchGetImage",
  ...uploadActions,
].sort();

/** What an identity may do beside pushing. */
export interface PushPermissionOptions {
  /** Whether images may be pulled from the private repositories too, for example as a build cache. @default false */
  pull?: boolean;
}

/**
 * The policy of an identity that pushes to these repositories and does nothing else: a login to each registry that is
 * needed, and what a push calls on the repositories that are named. The login is for `*` because a token belongs to no
 * repository: what it is good for, the identity's policies decide at each call. Public: also
 * `sts:GetServiceBearerToken`, which ECR Public's login takes (ECR Public user guide, registry authentication).
 *
 * @param arns Without faults: see {@link pushPermissionFaults}; what is no repository's ARN is left out.
 */
export function pushPermissions(arns: readonly string[], options: PushPermissionOptions = {}): PolicyDocument {
  const { privateArns, publicArns } = byKind(arns);
  const actions = options.pull ? [...new Set([...pushOnlyActions, ...pullActions])].sort() : [...pushOnlyActions];
  const statements: PolicyStatement[] = [];
  if (privateArns.length > 0) {
    statements.push(
      { Sid: "Login", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
      { Sid: "Push", Effect: "Allow", Action: actions, Resource: privateArns },
    );
  }
  if (publicArns.length > 0) {
    statements.push(
      {
        Sid: "PublicLogin",
        Effect: "Allow",
        Action: ["ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"],
        Resource: "*",
      },
      { Sid: "PublicPush", Effect: "Allow", Action: [...publicPushActions], Resource: publicArns },
    );
  }
  return { Version: "2012-10-17", Statement: statements };
}

/**
 * Why nobody can be given a push to these repositories: none, names that are no ARN, more text than a role's inline
 * policies may have. Never throws.
 */
export function pushPermissionFaults(
  arns: readonly unknown[],
  path: string,
  options: PushPermissionOptions = {},
): Fault[] {
  const faults = arns.flatMap((arn, index) => repositoryArnFaults(arn, `${path}[${index}]`));
  if (arns.length === 0) {
    faults.push({
      path,
      value: arns,
      rule: "a role pushes to at least one repository.",
      fix: "name the repositories.",
    });
  }
  const texts = arns.filter((arn): arn is string => typeof arn === "string");
  const size = JSON.stringify(pushPermissions(texts, options)).length;
  if (size > inlinePolicyMaximum) {
    faults.push({
      path,
      value: `${arns.length} repositories`,
      rule: `a role's inline policies have at most ${inlinePolicyMaximum} characters together, this one has ${size}.`,
      fix: "make a role for each group of repositories.",
    });
  }
  return faults;
}

/** The ARNs of each kind, sorted, each once. */
export function byKind(arns: readonly string[]): { privateArns: string[]; publicArns: string[] } {
  const ofKind = (kind: "private" | "public") =>
    [...new Set(arns.filter((arn) => parseRepositoryArn(arn)?.kind === kind))].sort();
  return { privateArns: ofKind("private"), publicArns: ofKind("public") };
}
