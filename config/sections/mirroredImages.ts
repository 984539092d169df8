import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { MirroredImage, type MirroredImageArgs } from "../../components";
import { mirroredImageFaults, mirrorTag } from "../../components/images/mirroredImage";
import { imageReferenceFaults } from "../../ecr/names/imageReference";
import { imageOutputs } from "../../outputs/imageOutputs";
import { createdRepository, findRepositories, withoutMisspeltFaults } from "../repositoryReferences";
import { entryFaults, type Section } from "../section";
import * as parts from "../sharedSchemas";
import type { ImagesConfig } from "./images";

const entry = z.strictObject({
  source: parts.nonEmptyString
    .optional()
    .describe("An image in a registry, as `docker pull` accepts it. Either this or `localImage`"),
  localImage: parts.nonEmptyString
    .optional()
    .describe("An image that Docker has on the machine that runs `pulumi up`. Either this or `source`"),
  platform: parts.nonEmptyString
    .optional()
    .describe("One image of a multi-platform index. Default: the whole index; for a `localImage`, what Docker has"),
  tag: parts.nonEmptyString
    .optional()
    .describe("A tag that is given once, such as the source's version. Default: none"),
  exact: z
    .boolean()
    .optional()
    .describe(
      "Refuse a repository that has a different image under this image's own tag than the digest in `source`. Default: `false`",
    ),
  refresh: parts.nonEmptyString.optional().describe("Any string; a new value looks up the source again. Default: none"),
  username: parts.nonEmptyString
    .optional()
    .describe("User name for the source's registry. Default: Docker's own login"),
  password: parts.nonEmptyString
    .optional()
    .describe("Its password; set it with `pulumi config set --secret`. Default: none"),
  repositories: parts.imageRepositories,
  tags: parts.movingTags.optional(),
});

type MirroredImageEntry = z.infer<typeof entry>;

export interface MirroredImagesConfig extends ImagesConfig {
  mirroredImages: Record<string, MirroredImageEntry>;
}

export const mirroredImages = {
  schema: z
    .record(parts.nonEmptyString, entry)
    .default({})
    .describe("Existing images to copy into repositories without a build, by key"),

  faults: (config) => [
    ...entryFaults("mirroredImages", config.mirroredImages, (image) => {
      const { known, faults } = findRepositories(config, image.repositories);
      return [...faults, ...withoutMisspeltFaults(faults, mirroredImageFaults(mirroredImageArgs(image, known)))];
    }),
    // Built and mirrored images share one map of outputs, so their keys must not collide.
    ...Object.keys(config.mirroredImages)
      .filter((key) => Object.hasOwn(config.images, key))
      .map((key) => ({
        path: `mirroredImages.${key}`,
        value: key,
        rule: "an image with this key is already built.",
        fix: "give one of them another key.",
      })),
  ],

  publishedImages: (config) =>
    Object.entries(config.mirroredImages).map(([key, image]) => ({
      entry: `mirroredImages.${key}`,
      repositories: image.repositories,
      tags: { tag: image.tag, tags: image.tags },
      identity: () => {
        const reference = image.source ?? image.localImage;
        // The image's own validation reports an invalid reference.
        const isSound = reference !== undefined && imageReferenceFaults(reference, "source").length === 0;
        return isSound ? mirrorTag(image) : undefined;
      },
    })),

  // The section `images` returns these outputs.
  make: (config, stack, named) => {
    for (const [key, own] of Object.entries(config.mirroredImages)) {
      const repositories = own.repositories.map((each) => createdRepository(stack, each));
      const image = new MirroredImage(...named(key, mirroredImageArgs(own, repositories)));
      stack.images[key] = imageOutputs(image, own.repositories);
    }
    return () => ({});
  },
} satisfies Section<MirroredImagesConfig>;

export function mirroredImageArgs<Repository>(
  { password, ...settings }: Omit<MirroredImageEntry, "repositories">,
  repositories: Repository[],
): Omit<MirroredImageArgs, "repositories"> & { repositories: Repository[] } {
  return { ...settings, ...(password !== undefined && { password: pulumi.secret(password) }), repositories };
}
