import type { PolicyDocument, PolicyStatement } from "../accessPolicy";
import type { AccountRegion } from "../names/accounts";
import { coveredNames } from "../names/repositoryPrefixes";
import type { TemplateOccasion } from "./creationTemplates";

/** A registry with what its ARNs and addresses need. */
export interface RegistryLocation extends AccountRegion {
  /** `aws`, `aws-cn`, … */
  partition: string;
  /** Suffix of the partition's addresses: `amazonaws.com`, `amazonaws.com.cn`, … */
  domain: string;
}

/**
 * The service that assumes the role of creation templates (ECR user guide, "Create an IAM role for repository creation
 * templates").
 */
export const templateRoleService = "ecr.amazonaws.com";

/**
 * The service that assumes the role of cache rules (ECR user guide, "Setting up permissions for cross-account ECR to
 * ECR PTC").
 */
export const cacheRoleService = "pullthroughcache.ecr.amazonaws.com";

/** What a creation template requires of its role. */
export interface TemplateRights {
  prefix: string;
  appliedFor: readonly TemplateOccasion[];
  /** Whether the repositories get tags. */
  tagged: boolean;
  /** `managed`: the AWS managed key; otherwise a key's ARN. @default none: AES256 */
  key?: "managed" | (string & {});
}

/**
 * A trust policy that allows only this service to assume the role.
 *
 * It has no `aws:SourceAccount` or `aws:SourceArn`: the ECR user guide's own trust policies for both services have no
 * condition, nothing documents that the services send these keys, and a condition on a missing key would deny the
 * service itself. Another account cannot use such a role with ECR: ECR accepts only roles in the registry's own account
 * (ECR API, CustomRoleArn), and iam:PassRole does not work across accounts.
 */
export function trustPolicy(service: string): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  };
}

/**
 * The permissions of the role of a registry's creation templates: create, tag, and replicate into repositories below
 * the prefixes, each only where a template needs it, and use the templates' keys. The user guide's own policy ("Create
 * a custom policy for repository creation templates") grants the same actions on everything.
 */
export function templateRolePolicy(templates: readonly TemplateRights[], registry: RegistryLocation): PolicyDocument {
  const repositories = (some: readonly TemplateRights[]) =>
    unique(some.map(({ prefix }) => repositoryArns(prefix, registry)));
  const keys = templates.flatMap(({ key }) => (key === undefined ? [] : [key]));
  const ownKeys = unique(keys.filter((key) => key !== "managed"));
  const keyActions = ["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"];
  const statements: PolicyStatement[] = [
    allow("CreateRepositories", ["ecr:CreateRepository"], repositories(templates)),
    allow("TagRepositories", ["ecr:TagResource"], repositories(templates.filter(({ tagged }) => tagged))),
    allow(
      "ReplicateImages",
      ["ecr:ReplicateImage"],
      repositories(templates.filter(({ appliedFor }) => appliedFor.includes("REPLICATION"))),
    ),
    allow("UseKeys", keyActions, ownKeys),
    {
      // The managed key's ID is not known in advance; any key is allowed, but only through ECR.
      ...allow(
        "UseManagedKey",
        keyActions,
        keys.includes("managed") ? [`arn:${registry.partition}:kms:${registry.region}:${registry.account}:key/*`] : [],
      ),
      Condition: { StringEquals: { "kms:ViaService": `ecr.${registry.region}.${registry.domain}` } },
    },
  ];
  return { Version: "2012-10-17", Statement: statements.filter(({ Resource }) => Resource?.length !== 0) };
}

/** A cache rule with another ECR registry as its upstream. */
export interface CacheRights {
  prefix: string;
  upstream: AccountRegion;
  /** @default "ROOT": all of its repositories */
  upstreamPrefix?: string | undefined;
}

/**
 * The permissions of the role of a registry's cache rules: pull from the upstream repositories in the rules, and store
 * below the rules' prefixes. The user guide's own policy grants the same actions on everything.
 */
export function cacheRolePolicy(rules: readonly CacheRights[], registry: RegistryLocation): PolicyDocument {
  const upstream = rules.map((rule) =>
    repositoryArns(rule.upstreamPrefix ?? "ROOT", { ...registry, ...rule.upstream }),
  );
  const own = rules.map(({ prefix }) => repositoryArns(prefix, registry));
  return {
    Version: "2012-10-17",
    Statement: [
      allow("SignIn", ["ecr:GetAuthorizationToken"], ["*"]),
      allow(
        "PullFromUpstream",
        ["ecr:BatchGetImage", "ecr:BatchImportUpstreamImage", "ecr:GetDownloadUrlForLayer", "ecr:GetImageCopyStatus"],
        unique([...upstream, ...own]),
      ),
      allow(
        "StoreInCache",
        ["ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"],
        unique(own),
      ),
    ],
  };
}

/**
 * The registry policy statement that allows other accounts to replicate into the registry (ECR user guide, "Granting
 * registry permissions for cross account replication").
 */
export function replicationStatement(accounts: readonly string[], registry: RegistryLocation): PolicyStatement {
  const { partition } = registry;
  return {
    Sid: "ReplicateFrom",
    Effect: "Allow",
    Principal: { AWS: unique(accounts).map((account) => `arn:${partition}:iam::${account}:root`) },
    Action: ["ecr:CreateRepository", "ecr:ReplicateImage"],
    Resource: repositoryArns("ROOT", registry),
  };
}

/** ARN pattern of all repositories below a prefix. */
function repositoryArns(prefix: string, registry: RegistryLocation): string {
  const { partition, region, account } = registry;
  return `arn:${partition}:ecr:${region}:${account}:repository/${coveredNames(prefix)}*`;
}

function allow(Sid: string, Action: string[], Resource: string[]): PolicyStatement {
  return { Sid, Effect: "Allow", Action, Resource };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
