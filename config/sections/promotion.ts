import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type ImageRepository, promoteImage } from "../../components";
import { hostOfAddress, privateLoginRefusal } from "../../components/images/ecrLogin";
import { mirroredImageFaults } from "../../components/images/mirroredImage";
import { ProgramError } from "../../components/programError";
import { publicSourceRefusal } from "../../ecr/registry/registryLogin";
import { type EcrOutputs, EcrStack, type ImageOutputs } from "../../outputs";
import { imageOutputs } from "../../outputs/imageOutputs";
import { parseRepositoryKey } from "../../outputs/repositoryKey";
import { withoutSkipped } from "../../outputs/withoutSkipped";
import { createdRepository, findRepositories } from "../repositoryReferences";
import type { Section } from "../section";
import * as parts from "../sharedSchemas";
import type { MirroredImagesConfig } from "./mirroredImages";

const settings = z.strictObject({
  from: parts.nonEmptyString.describe("Environment whose images are promoted, as its stack's outputs name them"),
  project: parts.nonEmptyString.optional().describe("Pulumi project of that stack. Default: this one"),
  organization: parts.nonEmptyString.optional().describe("Pulumi organization of that stack. Default: this one"),
  images: z
    .record(
      parts.nonEmptyString,
      z.strictObject({
        image: parts.nonEmptyString.optional().describe("The image's key in that environment. Default: the key here"),
        digest: z
          .string()
          .regex(/^sha256:[0-9a-f]{64}$/, { error: "must be sha256: and 64 hexadecimal digits" })
          .optional()
          .describe(
            "Version of that image to copy, whatever the environment has now: for repeatable releases and " +
              "rollbacks. Default: the one that it has now",
          ),
        repositories: parts.imageRepositories
          .optional()
          .describe("Where a copy with the same digest goes. Default: no copy; the other registry's image is used"),
        tag: parts.nonEmptyString.optional().describe("Release tag that the copy gets once. Default: none"),
        tags: parts.movingTags.optional(),
      }),
    )
    .describe("By the image's key in this environment"),
});

type Promotion = z.infer<typeof settings>;

export interface PromotionConfig extends MirroredImagesConfig {
  promotion?: Promotion;
}

export const promotion = {
  schema: settings
    .optional()
    .describe("Images promoted from the previous environment with the same digest; none are built here then"),

  // An environment with promoted images cannot build or mirror any.
  faults: (config) => {
    const { promotion: own } = config;
    if (own === undefined) return [];
    const foreign = (["images", "mirroredImages"] as const).flatMap((section) =>
      Object.keys(config[section]).map((key) => ({
        path: `${section}.${key}`,
        value: config[section][key],
        rule: `this environment takes its images only from ${JSON.stringify(own.from)}.`,
        fix: `build or copy the image there and name it in promotion.images, or leave promotion out.`,
      })),
    );
    const copies = Object.entries(own.images).flatMap(([key, { repositories = [], digest, tag, tags }]) => {
      const { known, faults } = findRepositories(config, repositories);
      const ofCopies = Object.entries({ digest, tag, tags }).filter(
        ([, value]) => value !== undefined && value.length > 0,
      );
      const ofSettings =
        repositories.length > 0
          ? mirroredImageFaults({ source: "known.later/image:1", tag, tags, repositories: known })
          : ofCopies.map(([path, value]) => ({
              path,
              value,
              rule: "applies only to a copy, and this image is not copied.",
              fix: "name the repositories of the copy, or leave this out.",
            }));
      return [...faults, ...ofSettings].map((fault) => ({ ...fault, path: `promotion.images.${key}.${fault.path}` }));
    });
    return [...foreign, ...copies];
  },

  publishedImages: (config) =>
    Object.entries(config.promotion?.images ?? {}).map(([key, { repositories = [], tag, tags, image = key }]) => ({
      entry: `promotion.images.${key}`,
      repositories,
      tags: { tag, tags },
      identity: () => `promoted ${image}`,
    })),

  make: (config, stack) => {
    if (config.promotion === undefined) return () => ({});
    const promoted = promotedImages(config.promotion, (each) => createdRepository(stack, each));
    // Replaces the outputs of the section `images`, which is empty in this case.
    return () => ({ images: withoutSkipped(promoted) });
  },
} satisfies Section<PromotionConfig>;

/**
 * Promotes images from the previous environment: a copy with the same digest where the config names repositories,
 * otherwise the image in the other environment's registry.
 *
 * @param repository Resolves `private/<key>` and `public/<key>`.
 * @returns The outputs of the images, by key.
 * @throws ProgramError that names the stack and the image when the other environment does not have the image.
 */
export async function promotedImages(promotion: Promotion, repository: (reference: string) => ImageRepository) {
  const { from: environment, project = pulumi.getProject(), organization } = promotion;
  const stack = new EcrStack({ organization, project, environment });
  const found = await stack.read();
  const sources = Object.entries(promotion.images).map(([key, { image: name = key, ...copy }]) => {
    const image = Object.hasOwn(found.images, name) ? found.images[name] : undefined;
    if (image !== undefined) return { key, image, copy };
    const there = Object.keys(found.images).join(", ");
    throw new ProgramError(
      `promotion.images.${key}: the stack ${stack.name} has no image ${JSON.stringify(name)}: it has ${there || "none"}`,
    );
  });
  await refuseForeignSources(stack.name, found, sources);
  return Object.fromEntries(
    sources.map(({ key, image, copy: { repositories = [], digest, ...tags } }) => {
      if (repositories.length === 0) return [key, image];
      const copy = promoteImage(key, {
        source: digest === undefined ? image.reference : `${image.reference.split("@")[0]}@${digest}`,
        sourceRegistry: privateRegistryOf(found, image),
        repositories: repositories.map(repository),
        ...tags,
      });
      return [key, imageOutputs(copy, repositories)];
    }),
  );
}

/** @throws ProgramError that names every image whose reference is not in its repository's registry. */
async function refuseForeignSources(
  stack: string,
  found: EcrOutputs,
  sources: readonly { key: string; image: ImageOutputs; copy: { repositories?: unknown[] } }[],
): Promise<void> {
  const faults = sources
    .filter(({ copy }) => (copy.repositories ?? []).length > 0)
    .map(async ({ key, image: { repository, reference }, image }) => {
      const registry = privateRegistryOf(found, image);
      const refusal = registry
        ? await privateLoginRefusal(registry, reference)
        : publicSourceRefusal(hostOfAddress(reference));
      if (refusal === undefined) return [];
      return [
        `promotion.images.${key}: the stack ${stack} says that its ${repository} has ${reference}, but ${refusal}. Nothing was ` +
          "sent. Find out who changed that stack's outputs.",
      ];
    });
  const messages = (await Promise.all(faults)).flat();
  if (messages.length > 0) throw new ProgramError(messages.join("\n"));
}

/** The private registry that contains the image; `undefined` for an image in the public one. */
function privateRegistryOf({ privateRepositories }: EcrOutputs, { repository }: ImageOutputs) {
  const { kind, key = "" } = parseRepositoryKey(repository) ?? {};
  if (kind !== "private") return undefined;
  if (Object.hasOwn(privateRepositories, key)) return privateRepositories[key];
  throw new ProgramError(`the outputs have no ${repository}, although one of their images is in it`);
}
