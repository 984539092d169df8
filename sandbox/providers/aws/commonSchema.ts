import type { Schema } from "../protocol/schema";

/** What every resource of the aws provider 7 has. */
export const region: Schema = { region: { type: "string", computed: true, replace: true } };

/** What every resource that can be tagged has. */
export const regionAndTags: Schema = {
  ...region,
  tags: { type: "stringMap" },
  // Written by the check step from `tags` and the provider's defaultTags, as pulumi-aws does.
  tagsAll: { type: "stringMap", computed: true },
};
