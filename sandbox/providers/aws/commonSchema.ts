import type { Schema } from "../protocol/schema";

/** The properties of every resource in version 7 of the aws provider. */
export const region: Schema = { region: { type: "string", computed: true, replace: true } };

/** The properties of every taggable resource. */
export const regionAndTags: Schema = {
  ...region,
  tags: { type: "stringMap" },
  // Set by the check step from `tags` and the provider's defaultTags, as in pulumi-aws.
  tagsAll: { type: "stringMap", computed: true },
};
