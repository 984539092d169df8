import { z } from "zod";
import { ContainerImage } from "../../components";
import { containerImageFaults, containerImageTag } from "../../components/images/containerImage";
import { imageOutputs } from "../../outputs/imageOutputs";
import { isRepositoryKey } from "../../outputs/repositoryKey";
import { withoutSkipped } from "../../outputs/withoutSkipped";
import {
  createdRepository,
  findRepositories,
  type RepositoriesConfig,
  withoutMisspeltFaults,
} from "../repositoryReferences";
import { entryFaults, type Section } from "../section";
import * as parts from "../sharedSchemas";

const entry = z.strictObject({
  context: parts.nonEmptyString.describe("Build context, relative to the project's root"),
  dockerfile: parts.nonEmptyString
    .optional()
    .describe("Dockerfile, relative to the project's root. Default: `<context>/Dockerfile`"),
  builder: z
    .enum(["docker", "buildkit"])
    .optional()
    .describe("What builds. `buildkit` takes `secrets`, `ssh` and `cacheTo`. Default: `docker`"),
  secrets: z
    .record(
      z.string(),
      z.strictObject({
        env: parts.nonEmptyString.optional().describe("An environment variable of the machine that runs `pulumi up`"),
        file: parts.nonEmptyString
          .optional()
          .describe("A file, relative to the project's root; `~/` is the home folder"),
        value: z
          .string()
          .optional()
          .describe("The secret itself: write it with `pulumi config set --secret --path`, never in clear"),
      }),
    )
    .optional()
    .describe("Secrets of the build, by the id that the Dockerfile mounts; each from one place. Default: none"),
  ssh: z
    .record(z.string(), parts.stringList)
    .optional()
    .describe("Keys or agents by the id that the Dockerfile mounts; `[]` is the agent of SSH_AUTH_SOCK. Default: none"),
  args: z.record(z.string(), z.string()).optional().describe("Build arguments; no secrets. Default: none"),
  publicArgs: parts.stringList
    .optional()
    .describe("Arguments whose names look like secrets but are not secret. Default: none"),
  target: parts.nonEmptyString.optional().describe("Stage to build. Default: the last one"),
  platform: parts.nonEmptyString.optional().describe("One operating system and architecture. Default: `linux/amd64`"),
  platforms: parts.stringList
    .optional()
    .describe("Several platforms: the image is an index with one build for each. Default: only `platform`"),
  builders: z
    .record(z.string(), parts.nonEmptyString)
    .optional()
    .describe("Separate Docker engines for some platforms, such as `ssh://user@arm-machine`. Default: none"),
  extraHosts: z
    .record(z.string(), z.string())
    .optional()
    .describe("Host names with the addresses that they resolve to during the build. Default: none"),
  network: parts.nonEmptyString.optional().describe("Network of `RUN` instructions. Default: Docker's own"),
  cacheTo: parts.nonEmptyString
    .optional()
    .describe("Tag of the first repository that keeps the build's cache for the next one. Default: none"),
  cacheFrom: parts.stringList
    .optional()
    .describe("Tags of the first repository that serve as build cache. Default: none"),
  rebuild: parts.nonEmptyString.optional().describe("Any string; a new value forces a new build. Default: none"),
  tagFrom: z
    .union([
      z.literal("content"),
      z.literal("git"),
      z.strictObject({ git: z.strictObject({ dirtyTree: z.enum(["mark", "refuse"]) }) }),
      z.strictObject({ fixed: parts.nonEmptyString }),
    ])
    .optional()
    .describe("What the image's own tag is made from. Default: `content`"),
  repositories: parts.imageRepositories,
  tags: parts.movingTags.optional(),
});

export interface ImagesConfig extends RepositoriesConfig {
  images: Record<string, z.infer<typeof entry>>;
}

export const images = {
  schema: z.record(parts.nonEmptyString, entry).default({}).describe("Images to build and push, by key"),

  faults: (config) =>
    entryFaults("images", config.images, ({ repositories, ...settings }) => {
      const { known, faults } = findRepositories(config, repositories);
      return [...faults, ...withoutMisspeltFaults(faults, containerImageFaults({ ...settings, repositories: known }))];
    }),

  publishedImages: (config) =>
    Object.entries(config.images).map(([key, image]) => {
      const { repositories, tagFrom, tags, cacheTo } = image;
      const fixed = typeof tagFrom === "object" && "fixed" in tagFrom ? tagFrom.fixed : undefined;
      return {
        entry: `images.${key}`,
        repositories,
        tags: { "tagFrom.fixed": fixed, tags },
        firstTags: { cacheTo },
        identity: () => containerImageTag({ ...image, repositories: [] }),
      };
    }),

  make: (config, stack, named) => {
    for (const [key, { repositories: references, ...settings }] of Object.entries(config.images)) {
      const repositories = references.map((each) => createdRepository(stack, each));
      const image = new ContainerImage(...named(key, { ...settings, repositories }));
      stack.images[key] = imageOutputs(image, references);
      for (const each of references.filter(isRepositoryKey)) {
        if (!stack.builds.has(each)) stack.builds.set(each, image.build);
      }
    }
    return () => ({ images: withoutSkipped(stack.images) });
  },
} satisfies Section<ImagesConfig>;
