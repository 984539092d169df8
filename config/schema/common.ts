import { z } from "zod";
import { lifecyclePresets } from "../../ecr/lifecyclePolicy";
import { imageTagMutabilities } from "../../ecr/tagMutability";

// The parts that several sections share. Here only keys and types are said; what a value means and what ECR accepts is
// checked by the components and ecr/. Every object is strict: a misspelt key is an error, never a silent default.

export const text = z.string().min(1);
export const names = z.array(text);
export const tags = z.record(z.string(), z.string());
/** Tags beside those of defaults and environment: `null` takes one of these back. */
export const ownTags = z.record(z.string(), z.string().nullable());

/** Settings that have a default in `defaults`: `null` takes it back. */
export function orNull<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  const entries = Object.entries(shape).map(([key, schema]) => [
    key,
    schema.nullable().describe(schema.description ?? ""),
  ]);
  return Object.fromEntries(entries) as { [Key in keyof Shape]: z.ZodNullable<Shape[Key]> };
}

export const encryption = z
  .enum(["aes256", "kms", "kmsDsse"])
  .describe("Encryption at rest; fixed when the repository is created. Default: `kms`, with the key that AWS manages");

export const imageTagMutability = z
  .enum(imageTagMutabilities)
  .describe("Whether a tag can be moved. Default: `IMMUTABLE`, `IMMUTABLE_WITH_EXCLUSION` with `exclusionFilters`");

export const exclusionFilters = z
  .array(z.string())
  .describe("Tags that are the exception: 1 to 5 patterns with at most two `*`. Default: none");

export const lifecyclePolicy = z
  .union([z.literal(false), z.string(), z.array(z.record(z.string(), z.unknown())), z.record(z.string(), z.unknown())])
  .describe(
    `What expires: a preset (${Object.keys(lifecyclePresets)
      .map((name) => `\`${name}\``)
      .join(", ")}), a list of rules in words, ECR's own document, or \`false\` for nothing. Default: \`service\``,
  );

/** A statement of a policy as IAM has it; ecr/accessPolicy checks it key by key. */
const statement = z.record(z.string(), z.unknown());

const pushers = {
  pushFrom: names
    .optional()
    .describe(
      "Who pushes: account ids, ARNs of roles and users, an organization's id or an organizational unit's path",
    ),
  statements: z.array(statement).optional().describe("Further policy statements, as IAM has them, without `Resource`"),
};
export const publicAccess = z.strictObject(pushers).describe("Who else may push. Default: nobody beside the account");
export const access = z
  .strictObject({
    ...pushers,
    pullFrom: names.optional().describe("Who pulls, named as in `pushFrom`"),
    lambdaPull: names.optional().describe("Whose Lambda functions fetch images: account ids or ARNs of functions"),
  })
  .describe("Who else may pull and push. Default: nobody beside the account");

export const protect = z
  .boolean()
  .describe("Refuse to delete or replace it until this is `false` again. Default: `false`");
export const retainOnDelete = z
  .boolean()
  .describe("Leave it in AWS when it is removed from the config. Default: `false`");
export const region = text.describe("Region. Default: the provider's (`aws:region`)");
export const repositoryName = text.describe("Name in the registry; a change replaces the repository. Default: the key");
