import { z } from "zod";
import * as common from "./common";

const adopted = z
  .union([
    common.text,
    z.strictObject({
      repository: common.text.describe("Name of the repository"),
      repositoryPolicy: z.boolean().optional().describe("It has a repository policy already. Default: `false`"),
    }),
  ])
  .describe("Take over a repository that exists: its name, or that with what it has. Default: it is created");

const tags = common.ownTags.optional().describe("Tags beside the environment's; `null` takes one back. Default: none");

/** Settings of a private repository, all but those that are its own alone: what `defaults` can hold. */
const privateSettings = {
  encryption: common.encryption.optional(),
  kmsKey: common.text.optional().describe("An existing KMS key: ARN, id or alias. Not with `aes256`. Default: none"),
  createKey: z.boolean().optional().describe("Create a customer key for the repository. Default: `false`"),
  keyDeletionWindowDays: z
    .number()
    .optional()
    .describe("Days between the removal of the created key and its deletion, 7 to 30. Default: 30"),
  imageTagMutability: common.imageTagMutability.optional(),
  exclusionFilters: common.exclusionFilters.optional(),
  scanOnPush: z.boolean().optional().describe("Scan each image when it is pushed. Default: `true`"),
  lifecyclePolicy: common.lifecyclePolicy.optional(),
  protectedTags: common.names
    .optional()
    .describe("Tags, as patterns with at most four `*`, whose images nothing expires. Default: none"),
  access: common.access.optional(),
  forceDelete: z.boolean().optional().describe("Delete the repository even when it holds images. Default: `false`"),
  protect: common.protect.optional(),
  retainOnDelete: common.retainOnDelete.optional(),
  region: common.region.optional(),
  tags,
};

export const privateRepositoryDefaults = z.strictObject(privateSettings);

export const privateRepository = z.strictObject({
  repositoryName: common.repositoryName.optional(),
  ...common.orNull(privateSettings),
  import: adopted.optional(),
});

const publicSettings = {
  access: common.publicAccess.optional(),
  forceDestroy: z.boolean().optional().describe("Delete the repository even when it holds images. Default: `false`"),
  protect: common.protect.optional(),
  retainOnDelete: common.retainOnDelete.optional(),
  tags,
};

export const publicRepositoryDefaults = z.strictObject(publicSettings);

export const publicRepository = z.strictObject({
  repositoryName: common.repositoryName.optional(),
  catalogData: z
    .strictObject({
      description: z.string().optional().describe("Short text of search results, at most 1,024 bytes in UTF-8"),
      aboutText: z.string().optional().describe("What the images are, in Markdown, at most 10,240 bytes in UTF-8"),
      aboutFile: common.text.optional().describe("A Markdown file with it, in the project's folder"),
      usageText: z.string().optional().describe("How they are used, in Markdown, at most 10,240 bytes in UTF-8"),
      usageFile: common.text.optional().describe("A Markdown file with it, in the project's folder"),
      architectures: z
        .array(z.string())
        .optional()
        .describe("`ARM`, `ARM 64`, `x86`, `x86-64`; the gallery shows no badge for any other name"),
      operatingSystems: z
        .array(z.string())
        .optional()
        .describe("`Linux`, `Windows`; the gallery shows no badge for any other name"),
      logoFile: common.text.optional().describe("A PNG file of at most 512,000 bytes, in the project's folder"),
    })
    .optional()
    .describe("What the public gallery shows. Default: nothing"),
  ...common.orNull(publicSettings),
  region: common.text.optional().describe("`us-east-1`, the only one that works. Default: `us-east-1`"),
  import: adopted.optional(),
});
