import { z } from "zod";
import { findingSeverities } from "../../ecr/registryEvents";
import { names, ownTags, region, text } from "./common";

const repositoryReferences = z
  .array(text)
  .describe("`private/<key>`, `public/<key>`, or the ARN of another repository");

export const pushRole = z.strictObject({
  repositories: repositoryReferences.min(1),
  github: z
    .array(
      z.strictObject({
        repository: text
          .optional()
          .describe(
            "`owner/name`; `owner@1234/name@5678`, with GitHub's ids, for a repository of github.com that was made, renamed or " +
              "transferred since 15 July 2026",
          ),
        anyRepositoryOf: text
          .optional()
          .describe(
            "All repositories of this owner, with ids in their subjects or without; `owner@1234`: only those with ids",
          ),
        branches: names
          .optional()
          .describe(
            "Runs for these branches; `*` stands for any text. On the default branch also `pull_request_target`, " +
              "`issue_comment` and `schedule`: `workflows` or `environments` narrow it. Default: none",
          ),
        tags: names.optional().describe("Runs for these tags. Default: none"),
        environments: names.optional().describe("Jobs in these environments. Default: none"),
        pullRequests: z.boolean().optional().describe("Runs for pull requests. Default: `false`"),
        workflows: names
          .optional()
          .describe("Of these runs, jobs in these workflow files only: `release.yml`. Default: any"),
      }),
    )
    .optional()
    .describe("Workflows of GitHub Actions that take the role"),
  gitlab: z
    .array(
      z.strictObject({
        project: text.optional().describe("`group/project`"),
        anyProjectOf: text.optional().describe("All projects of this group"),
        branches: names
          .optional()
          .describe("Pipelines for these branches, merge requests' too, by their source branch. Default: none"),
        tags: names.optional().describe("Pipelines for these tags. Default: none"),
      }),
    )
    .optional()
    .describe("Pipelines of GitLab that take the role"),
  providerArn: text.optional().describe("The identity provider in IAM. Either this or `createProvider`"),
  createProvider: z.boolean().optional().describe("Create the identity provider. Default: `false`"),
  issuer: text.optional().describe("Who issues the tokens. Default: GitHub's or GitLab's own address"),
  audience: text.optional().describe("For whom they are. Default: `sts.amazonaws.com`, or the issuer for GitLab"),
  pull: z.boolean().optional().describe("Whether it may pull too. Default: `false`"),
  roleName: text.optional().describe("Default: the key with seven digits"),
  path: text.optional().describe("Path of the role. Default: `/`"),
  maxSessionDuration: z.number().optional().describe("Seconds, 3,600 to 43,200. Default: 3600"),
  permissionsBoundary: text.optional().describe("ARN of a managed policy. Default: none"),
  tags: ownTags.optional().describe("Tags beside the environment's. Default: none"),
});

export const registryEvents = z.strictObject({
  repositories: names.optional().describe("`private/<key>`, or names such as `team/*`. Default: all of the registry"),
  pushes: z.boolean().optional().describe("Images that were pushed. Default: `true`"),
  deletions: z.boolean().optional().describe("Images that were deleted. Default: `false`"),
  findingsFrom: z
    .union([z.literal(false), z.enum(findingSeverities)])
    .optional()
    .describe("Findings of this severity and worse. Default: `HIGH`"),
  scanning: z.enum(["basic", "enhanced", "both"]).optional().describe("Whose findings. Default: `both`"),
  targets: names.optional().describe("ARNs of topics, queues and functions. Default: a topic that is created"),
  topicName: text.optional().describe("Default: the key with seven digits"),
  kmsKey: text.optional().describe("ARN of the key that encrypts the topic. Default: one that is created"),
  region: region.optional(),
  tags: ownTags.optional().describe("Tags beside the environment's. Default: none"),
});
