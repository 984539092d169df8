import type * as pulumi from "@pulumi/pulumi";

/**
 * For what AWS finds by its place (a repository and its key by name and region, a policy by its repository, a setting by
 * its registry): a replacement deletes the old one first.
 *
 * Pulumi's usual order, the new one first, goes wrong when an update that replaces fails and is taken back. The state
 * then has the old one among what is still to be deleted, the next update puts the new one into the very same place, and
 * deletes what it just put: policies, or the key that images are encrypted with. With the old one first, the deletion of
 * a repository that holds images fails before anything else has happened.
 */
export const replacedInPlace = { deleteBeforeReplace: true } as const satisfies pulumi.CustomResourceOptions;
