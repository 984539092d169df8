import {
  type PolicyDocument,
  type PolicyStatement,
  publicPushActions,
  pullActions,
  uploadActions,
} from "../accessPolicy";
import type { Fault } from "../faults";
import { parseRepositoryArn, repositoryArnFaults } from "../names/repositoryArns";

/** Total length of a role's inline policies in characters, without whitespace (IAM user guide, IAM and STS quotas). */
export const inlinePolicyMaximum = 10_240;

/**
 * Exactly the actions of `docker push` on a private repository: it checks for existing layers and manifests, uploads
 * the missing ones, and puts the manifest (ECR user guide, required IAM permissions for pushing an image). Fetching
 * layers, `ecr:GetDownloadUrlForLayer`, is not included.
 */
export const pushOnlyActions: readonly string[] = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:BatchGetImage",
  ...uploadActions,
].sort();

/** What an identity may do besides pushing. */
export interface PushPermissionOptions {
  /** Whether images may also be pulled from the private repositories, for example as a build cache. @default false */
  pull?: boolean;
}

/**
 * The policy of an identity that only pushes to these repositories: login to each registry needed, and the actions of a
 * push on the repositories. The login is allowed on `*` because a token does not belong to a repository: the identity's
 * policies are evaluated for each call. Public repositories also need `sts:GetServiceBearerToken`, which ECR Public's
 * login requires (ECR Public user guide, registry authentication).
 *
 * @param arns Without faults: see {@link pushPermissionFaults}; anything but a repository's ARN is skipped.
 */
export function pushPermissions(arns: readonly string[], options: PushPermissionOptions = {}): PolicyDocument {
  const { privateArns, publicArns } = splitByKind(arns);
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
 * Why permission to push to these repositories cannot be granted: none are given, an ARN is invalid, or the policy
 * exceeds the limit for a role's inline policies. Never throws.
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
      rule: "must name at least one repository to push to.",
      fix: "name the repositories.",
    });
  }
  const texts = arns.filter((arn): arn is string => typeof arn === "string");
  const size = JSON.stringify(pushPermissions(texts, options)).length;
  if (size > inlinePolicyMaximum) {
    faults.push({
      path,
      value: `${arns.length} repositories`,
      rule: `a role's inline policies can have at most ${inlinePolicyMaximum} characters together; this one has ${size}.`,
      fix: "make a role for each group of repositories.",
    });
  }
  return faults;
}

/** The ARNs of each kind, sorted and unique. */
export function splitByKind(arns: readonly string[]): { privateArns: string[]; publicArns: string[] } {
  const ofKind = (kind: "private" | "public") =>
    [...new Set(arns.filter((arn) => parseRepositoryArn(arn)?.kind === kind))].sort();
  return { privateArns: ofKind("private"), publicArns: ofKind("public") };
}
