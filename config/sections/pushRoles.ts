import { z } from "zod";
import { type ImageTarget, PushRole } from "../../components";
import { pushRoleFaults } from "../../components/permissions/pushRole";
import { partitionOf } from "../../ecr/names/regions";
import { githubAudience, githubIssuer, gitlabIssuer } from "../../ecr/workloadIdentity";
import { isRepositoryKey } from "../../outputs/repositoryKey";
import { createdEntries } from "../../outputs/withoutSkipped";
import { knownLogicalName, type StateLookup } from "../logicalNames";
import { mapValues } from "../mapValues";
import { createdRepository, findRepositories, type RepositoriesConfig } from "../repositoryReferences";
import { entryFaults, type Section } from "../section";
import * as parts from "../sharedSchemas";
import { allTags } from "./tags";

const entry = z.strictObject({
  repositories: z
    .array(parts.nonEmptyString)
    .min(1)
    .describe("`private/<key>`, `public/<key>`, or the ARN of another repository"),
  github: z
    .array(
      z.strictObject({
        repository: parts.nonEmptyString
          .optional()
          .describe(
            "`owner/name`; `owner@1234/name@5678`, with GitHub's ids, for a repository of github.com that was made, renamed or " +
              "transferred since 15 July 2026",
          ),
        anyRepositoryOf: parts.nonEmptyString
          .optional()
          .describe(
            "All repositories of this owner, with or without ids in their subjects; `owner@1234`: only those with ids",
          ),
        branches: parts.stringList
          .optional()
          .describe(
            "Runs for these branches; `*` matches any characters. On the default branch also `pull_request_target`, " +
              "`issue_comment` and `schedule`: `workflows` or `environments` narrow it. Default: none",
          ),
        tags: parts.stringList.optional().describe("Runs for these tags. Default: none"),
        environments: parts.stringList.optional().describe("Jobs in these environments. Default: none"),
        pullRequests: z.boolean().optional().describe("Runs for pull requests. Default: `false`"),
        workflows: parts.stringList
          .optional()
          .describe("Of these runs, only jobs in these workflow files: `release.yml`. Default: any"),
      }),
    )
    .optional()
    .describe("GitHub Actions workflows that assume the role"),
  gitlab: z
    .array(
      z.strictObject({
        project: parts.nonEmptyString.optional().describe("`group/project`"),
        anyProjectOf: parts.nonEmptyString.optional().describe("All projects of this group"),
        branches: parts.stringList
          .optional()
          .describe("Pipelines for these branches, including merge requests by their source branch. Default: none"),
        tags: parts.stringList.optional().describe("Pipelines for these tags. Default: none"),
      }),
    )
    .optional()
    .describe("GitLab pipelines that assume the role"),
  providerArn: parts.nonEmptyString
    .optional()
    .describe("ARN of the identity provider in IAM. Either this or `createProvider`"),
  createProvider: z.boolean().optional().describe("Create the identity provider. Default: `false`"),
  issuer: parts.nonEmptyString.optional().describe("Issuer of the tokens. Default: GitHub's or GitLab's own URL"),
  audience: parts.nonEmptyString
    .optional()
    .describe("Audience of the tokens. Default: `sts.amazonaws.com`, or the issuer for GitLab"),
  pull: z.boolean().optional().describe("Whether the role can pull too. Default: `false`"),
  roleName: parts.nonEmptyString.optional().describe("Default: the key with seven digits"),
  path: parts.nonEmptyString.optional().describe("Path of the role. Default: `/`"),
  maxSessionDuration: z.number().optional().describe("Seconds, 3,600 to 43,200. Default: 3600"),
  permissionsBoundary: parts.nonEmptyString.optional().describe("ARN of a managed policy. Default: none"),
  tags: parts.ownTags.optional().describe("Tags in addition to the environment's. Default: none"),
});

type PushRoleEntry = z.infer<typeof entry>;

export interface PushRolesConfig extends RepositoriesConfig {
  pushRoles: Record<string, PushRoleEntry>;
}

export const pushRoles = {
  schema: z
    .record(parts.nonEmptyString, entry)
    .default({})
    .describe("Roles with which CI systems push without access keys, by key"),

  faults: (config, region) =>
    entryFaults("pushRoles", config.pushRoles, ({ repositories, tags, ...settings }, key) => {
      const arns = repositories.filter((each) => !isRepositoryKey(each));
      const found = findRepositories(config, repositories, { others: true });
      const all = [...arns, ...found.known.map((each) => anyArn(each, region))];
      return [...found.faults, ...pushRoleFaults(key, { ...settings, repositories: all }, region)];
    }),

  claims: (config) =>
    Object.entries(config.pushRoles).flatMap(([key, role]) => {
      const entry = `pushRoles.${key}`;
      const issuer = issuerOf(role);
      const provider = {
        key: `identity provider ${issuer}`,
        entry,
        path: `${entry}.createProvider`,
        value: true,
        already: `already creates the identity provider of ${issuer}: an account has one for each issuer`,
        fix: `write providerArn: "arn:aws:iam::<account>:oidc-provider/${issuer.replace(/^https:\/\//, "")}" instead.`,
      };
      const name = {
        // Without roleName, the key becomes the logical name, which must be unique too.
        key: `role ${role.roleName ?? key}`,
        entry,
        path: role.roleName === undefined ? entry : `${entry}.roleName`,
        value: role.roleName ?? key,
        already: "already has a role of this name, which must be unique in an account, whatever the path",
        fix: "give one of them another roleName.",
      };
      return [...(role.createProvider ? [provider] : []), name];
    }),

  // `roleName`, or the key without one.
  logicalName: (config, key, { state }) => {
    const name = config.pushRoles[key]?.roleName;
    if (name === undefined) return { name: key, aliases: [] };
    const isOthers = Object.values(config.pushRoles).some(({ roleName }) => roleName === key);
    const lookups: StateLookup[] = [
      { types: pushRoleTypes.role, outputs: { name } },
      { types: pushRoleTypes.policy, outputs: { role: name } },
    ];
    return knownLogicalName(name, state, lookups, isOthers ? undefined : key);
  },

  make: (config, stack, named) => {
    const made = mapValues(config.pushRoles, ({ repositories, tags, ...settings }, key) => {
      const args = {
        ...settings,
        repositories: repositories.map((each) => (isRepositoryKey(each) ? createdRepository(stack, each) : each)),
        tags: allTags(config, tags),
      };
      return new PushRole(...named(key, args));
    });
    return () => ({ pushRoles: createdEntries(made, ({ roleArn }) => ({ roleArn })) });
  },
} satisfies Section<PushRolesConfig>;

/** A placeholder ARN of the right kind, for validation before the real ARN is known. */
function anyArn({ kind }: ImageTarget, region = "us-east-1"): string {
  const partition = partitionOf(region);
  return kind === "private"
    ? `arn:${partition}:ecr:${region}:123456789012:repository/known-later`
    : `arn:${partition}:ecr-public::123456789012:repository/known-later`;
}

/** Resource types in a stack's state: see StateResource.types. */
export const pushRoleTypes = {
  role: "ecr:index:PushRole$aws:iam/role:Role",
  policy: "ecr:index:PushRole$aws:iam/rolePolicy:RolePolicy",
  provider: "ecr:index:PushRole$aws:iam/openIdConnectProvider:OpenIdConnectProvider",
};

/** The issuer of the tokens that the role accepts. */
export function issuerOf({ issuer, github, gitlab }: PushRoleEntry): string {
  return issuer ?? (gitlab && !github ? gitlabIssuer : githubIssuer);
}

export function audienceOf(role: PushRoleEntry): string {
  return role.audience ?? (role.gitlab && !role.github ? issuerOf(role) : githubAudience);
}
