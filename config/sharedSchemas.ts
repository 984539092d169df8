import { z } from "zod";
import { lifecyclePresets } from "../ecr/lifecyclePolicy";
import { imageTagMutabilities } from "../ecr/tags/tagMutability";
import { repositoryKeyPattern } from "../outputs/repositoryKey";

// Schemas shared by several sections. They check only keys and types; components and ecr/ check what values mean and
// what ECR accepts. Every object is strict, so a misspelled key is an error instead of being silently ignored.

export const nonEmptyString = z.string().min(1);
export const stringList = z.array(nonEmptyString);
export const tags = z.record(z.string(), z.string());
/** Tags in addition to those from `defaults` and the environment; `null` removes an inherited tag. */
export const ownTags = z.record(z.string(), z.string().nullable());

/** Makes settings nullable, so that `null` can remove a default that comes from `defaults`. */
export function orNull<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  const entries = Object.entries(shape).map(([key, schema]) => [
    key,
    schema.nullable().describe(schema.description ?? ""),
  ]);
  return Object.fromEntries(entries) as { [Key in keyof Shape]: z.ZodNullable<Shape[Key]> };
}

/** Drops settings that are `null`, which leaves the component's own default. */
export function withoutNulls<Value>(settings: Record<string, Value | null>): Record<string, Value> {
  return Object.fromEntries(Object.entries(settings).filter((entry): entry is [string, Value] => entry[1] !== null));
}

export const encryption = z
  .enum(["aes256", "kms", "kmsDsse"])
  .describe("Encryption at rest; fixed when the repository is created. Default: `kms`, with the key that AWS manages");

export const imageTagMutability = z
  .enum(imageTagMutabilities)
  .describe("Whether a tag can be moved. Default: `IMMUTABLE`, `IMMUTABLE_WITH_EXCLUSION` with `exclusionFilters`");

export const exclusionFilters = z
  .array(z.string())
  .describe("Tags excluded from it: 1 to 5 patterns with at most two `*`. Default: none");

export const lifecyclePolicy = z
  .union([z.literal(false), z.string(), z.array(z.record(z.string(), z.unknown())), z.record(z.string(), z.unknown())])
  .describe(
    `What expires: a preset (${Object.keys(lifecyclePresets)
      .map((name) => `\`${name}\``)
      .join(
        ", ",
      )}), a list of rules in the short form, ECR's own document, or \`false\` for nothing. Default: \`service\``,
  );

/** A policy statement in IAM's format; ecr/accessPolicy checks its elements. */
const statement = z.record(z.string(), z.unknown());

const pushers = {
  pushFrom: stringList
    .optional()
    .describe(
      "Who can push: account ids, ARNs of roles and users, an organization's id or an organizational unit's path",
    ),
  statements: z.array(statement).optional().describe("Further policy statements in IAM's own form, without `Resource`"),
};
export const publicAccess = z.strictObject(pushers).describe("Who else can push. Default: nobody but the account");
export const access = z
  .strictObject({
    ...pushers,
    pullFrom: stringList.optional().describe("Who can pull, named as in `pushFrom`"),
    lambdaPull: stringList
      .optional()
      .describe("Whose Lambda functions can pull images: account ids or ARNs of functions"),
  })
  .describe("Who else can pull and push. Default: nobody but the account");

export const protect = z
  .boolean()
  .describe("Refuse to delete or replace it until this is `false` again. Default: `false`");
export const retainOnDelete = z
  .boolean()
  .describe("Keep it in AWS when it is removed from the config. Default: `false`");
export const region = nonEmptyString.describe("Region. Default: the provider's (`aws:region`)");
export const repositoryName = nonEmptyString.describe(
  "Name in the registry; a change replaces the repository. Default: the key",
);
export const adopted = z
  .union([
    nonEmptyString,
    z.strictObject({
      repository: nonEmptyString.describe("Name of the repository"),
      repositoryPolicy: z.boolean().optional().describe("Whether it already has a repository policy. Default: `false`"),
    }),
  ])
  .describe("Adopt an existing repository: its name, or its name with what it has. Default: a repository is created");
export const repositoryTags = ownTags
  .optional()
  .describe("Tags in addition to the environment's; `null` removes one. Default: none");

/** An image's target repositories. Sections report references that do not resolve; the pattern is only for editors. */
export const imageRepositories = z
  .array(z.string().meta({ pattern: repositoryKeyPattern.source }))
  .min(1)
  .describe("Where the image goes: `private/<key>`, `public/<key>`. The others get the same digest as the first");
export const movingTags = z.array(z.string()).describe("Tags that follow the image, such as `latest`. Default: none");
