import { z } from "zod";
import { templateOccasions } from "../../ecr/creationTemplates";
import * as common from "./common";

const document = z
  .union([z.string(), z.record(z.string(), z.unknown())])
  .describe("Policy document, as JSON text or object");

export const registry = z.strictObject({
  policy: document.optional().describe("The registry's own policy. Default: none"),
  replicateFrom: common.names.optional().describe("Accounts that may replicate into this registry. Default: none"),
  scanning: z
    .union([
      z.literal(false),
      z.strictObject({
        type: z.enum(["basic", "enhanced"]).optional().describe("`enhanced`: Amazon Inspector. Default: `basic`"),
        scanOnPush: common.names.optional().describe("Filters for repositories scanned on push. Default: `*`"),
        continuous: common.names.optional().describe("Filters for continuous scanning, `enhanced` only. Default: none"),
      }),
    ])
    .optional()
    .describe("When images are scanned; `false` leaves it as it is. Default: basic, every image on push"),
  replication: z
    .array(
      z.strictObject({
        regions: common.names.describe("At least one"),
        accounts: common.names.optional().describe("Twelve digits each. Default: the own account"),
        repositories: common.names.optional().describe("How the names begin that are replicated. Default: all"),
        deletes: z
          .boolean()
          .optional()
          .describe(
            "Whether deletions are replicated: `true` is refused, the AWS provider cannot say it. Default: `false`",
          ),
      }),
    )
    .optional()
    .describe(
      "Where each push is copied to, at most 10 rules; `npm run replication -- backfill` copies what was there. Default: nowhere",
    ),
  pullThroughCache: z
    .array(
      z.strictObject({
        upstream: common.text.describe("ECR's name for the upstream, such as `docker-hub`, or its host"),
        prefix: common.text.optional().describe("2 to 30 characters, or `ROOT`. Default: the upstream's name"),
        credential: z
          .strictObject({ username: common.text, accessToken: common.text })
          .optional()
          .describe("Credentials, kept in a secret that is created. Write them with `--secret`. Default: none"),
        credentialArn: common.text.optional().describe("ARN of an existing secret `ecr-pullthroughcache/…`"),
        createRole: z.boolean().optional().describe("For another account's ECR: create its role. Default: `false`"),
        customRoleArn: common.text.optional().describe("For another account's ECR: an existing role"),
        upstreamRepositoryPrefix: common.text.optional().describe("For an ECR upstream. Default: `ROOT`"),
      }),
    )
    .optional()
    .describe("Other registries whose images this one fetches and keeps, at most 50. Default: none"),
  creationTemplates: z
    .array(
      z.strictObject({
        prefix: common.text.describe("Names below it get the template, or `ROOT` for all others"),
        appliedFor: z.array(z.enum(templateOccasions)).describe("What makes ECR create such a repository"),
        description: common.text.optional(),
        encryption: common.encryption.optional(),
        kmsKey: common.text.optional().describe("ARN of an existing key in the registry's region. Default: none"),
        imageTagMutability: common.imageTagMutability.optional(),
        exclusionFilters: common.exclusionFilters.optional(),
        lifecyclePolicy: common.lifecyclePolicy.optional(),
        repositoryPolicy: document.optional().describe("The repositories' own policy. Default: none"),
        resourceTags: common.tags.optional().describe("Tags of the repositories. Default: none"),
        customRoleArn: common.text.optional().describe("Default: a role is created when tags or KMS need one"),
      }),
    )
    .optional()
    .describe("What repositories get that ECR creates by itself. Default: none"),
  accountSettings: z
    .strictObject({
      basicScanTypeVersion: z.enum(["AWS_NATIVE"]).optional(),
      registryPolicyScope: z.enum(["V1", "V2"]).optional().describe("Which actions the registry policy speaks about"),
      blobMounting: z.boolean().optional().describe("Whether repositories of the registry share layers"),
    })
    .optional()
    .describe("Default: as the account has them"),
  pullTimeExclusions: common.names
    .optional()
    .describe("ARNs whose pulls do not count as use of an image. Default: none"),
  takeOver: z
    .boolean()
    .optional()
    .describe("Overwrite policy, scanning and replication that this stack did not make. Default: `false`"),
  region: common.region.optional(),
  tags: common.ownTags.optional().describe("Tags of secrets and roles beside the environment's. Default: none"),
});
