import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import { imageTagFaults } from "../../ecr/tags/imageTags";
import { typeFaults } from "../../ecr/typeFaults";
import { InputChecks } from "../inputChecks";
import { type BuildInputs, buildContextFaults, contextPaths, dockerfileOf } from "./buildContext";
import { buildkitBuild } from "./buildkitBuild";
import { type BuildkitSettings, buildkitFaults } from "./buildkitSettings";
import { platformsOf } from "./buildPlatforms";
import { type BuildSettings, buildSettingsFaults } from "./buildSettings";
import { dockerBuild } from "./dockerBuild";
import { publishImage } from "./imagePublication";
import type { ImageRepositories, ImageRepository } from "./imageRepository";
import { type ImageTarget, imageTargetFaults } from "./imageTargets";
import { platformBuilds } from "./platformBuilds";
import { type StrategyTags, strategyTags, type TagFrom, tagFromFaults } from "./tagStrategy";

/** What an image is built from, how it is tagged and where it goes. */
export interface ContainerImageArgs
  extends BuildSettings,
    BuildkitSettings,
    Pick<BuildInputs, "context" | "dockerfile"> {
  /**
   * Where the image goes, at least one repository. It is built once, for the first; the others get a byte-for-byte copy
   * over the registry protocol, with each registry's own login.
   */
  repositories: ImageRepository[];
  /** What the image's own tag is made from: its content, its Git commit, or a fixed string. @default "content" */
  tagFrom?: TagFrom;
  /**
   * Tags that follow the image, such as `latest`, in addition to its own. An immutable repository needs an exclusion
   * filter for each.
   * @default none
   */
  tags?: string[];
  /**
   * Tags of the first repository whose images are used as build cache, such as `latest`; a missing tag is ignored.
   * Images are then built with their own cache information (`BUILDKIT_INLINE_CACHE=1`), so that they can serve the next
   * build. Images of another registry cannot be used: a build has one login. The cache in `cacheTo` is used without
   * being listed here.
   * @default none: the builder's own cache only
   */
  cacheFrom?: string[];
}

/** The part of an image's build that `docker build` needs too. */
export interface ImageBuild {
  /** Build context, relative to the project's root. */
  context: string;
  /** Dockerfile, relative to the project's root. @default `<context>/Dockerfile` */
  dockerfile?: string;
  /** Build arguments (`ARG`). @default none */
  buildArgs?: Record<string, string>;
  /** Operating system and architecture, such as `linux/amd64`; several with commas between them. */
  platform: string;
}

/**
 * An image, built from a folder with Docker or BuildKit (see `builder`) and pushed to one or several repositories.
 *
 * Its own tag is derived from its content (see TagFrom), so unchanged content is neither built nor pushed again, and
 * changed content never meets an existing tag. An image that a registry already has is not built. A repository that is
 * replaced gets its images again in the same update. Removing an image from the program leaves it in the registry,
 * under all its tags; lifecycle policies and the repository's deletion remove it.
 *
 * Throws InputRefused with every fault of the arguments before anything is registered.
 *
 * @example
 * const image = new ContainerImage("petclinic", { context: "app", repositories: [repository], tags: ["latest"] });
 * export const reference = image.reference; // …/petclinic@sha256:…
 */
export class ContainerImage extends pulumi.ComponentResource {
  /** The image's own tag. */
  readonly tag: string;
  /** Digest of the image's manifest, as the first repository's registry reports it. */
  readonly digest: pulumi.Output<string>;
  /** The image in the first repository: `<url>@<digest>`. Consumers should use this. */
  readonly reference: pulumi.Output<string>;
  /** The image in each repository, in their order: `<url>@<digest>`. */
  readonly references: pulumi.Output<string>[];
  /** How it is built, for PrivateRepository.pushCommands and PublicRepository.pushCommands. */
  readonly build: ImageBuild;

  constructor(name: string, args: ContainerImageArgs, opts?: pulumi.ComponentResourceOptions) {
    const subject = `ContainerImage ${JSON.stringify(name)}`;
    const checks = new InputChecks(subject);
    const inputs = buildInputs(args);
    const read = readArgs(args);
    checks.add(read.faults);
    checks.refuse();
    super("ecr:index:ContainerImage", name, {}, opts);
    // Both are present when there are no faults.
    const [tags, repositories] = [read.tags as StrategyTags, args.repositories as ImageRepositories];
    this.tag = tags.tag;
    this.build = {
      context: inputs.context,
      dockerfile: inputs.dockerfile,
      buildArgs: inputs.args,
      platform: inputs.platform,
    };
    const image = { parent: this, name, subject, identity: tags.identity };
    const published = publishImage({
      ...image,
      repositories,
      release: tags.releaseTag === undefined ? undefined : { tag: tags.releaseTag, path: "tagFrom.fixed" },
      movingTags: args.tags ?? [],
      cacheTag: args.cacheTo,
      maker: imageMaker(image, repositories[0], inputs, args),
    });
    this.digest = published.digest;
    this.references = published.references;
    this.reference = published.reference;
    this.registerOutputs({
      tag: this.tag,
      digest: this.digest,
      reference: this.reference,
      references: this.references,
    });
  }
}

/** The arguments with plain repository data, for checks before anything exists. */
export type ContainerImageSettings = Omit<ContainerImageArgs, "repositories"> & {
  /** Where the image goes, at least one. */
  repositories: readonly ImageTarget[];
};

/**
 * Faults of a ContainerImage with these arguments; empty when there are none.
 *
 * @example
 * const faults = containerImageFaults({ context: "app", repositories: [repository] });
 */
export function containerImageFaults(args: ContainerImageSettings): Fault[] {
  return readArgs(args).faults;
}

/** The tag of the image these arguments build (`src-…`); undefined when they are not a valid build. */
export function containerImageTag(args: ContainerImageSettings): string | undefined {
  if (buildContextFaults(args).length > 0) return undefined;
  const tags = strategyTags(buildInputs(args), args.tagFrom ?? "content");
  return "faults" in tags ? undefined : tags.identity;
}

/** The image's tags, or every fault of its arguments. */
function readArgs(args: ContainerImageSettings): { tags?: StrategyTags; faults: Fault[] } {
  const wrong = typeFaults(
    args,
    {
      repositories: "list",
      tags: "list",
      cacheFrom: "list",
      publicArgs: "list",
      platforms: "list",
    },
    "",
  );
  if (wrong.length > 0) return { faults: wrong };
  const { repositories = [], tags: movingTags = [], cacheFrom = [], tagFrom = "content" } = args;
  const unreadable = buildContextFaults(args);
  const faults = [
    ...unreadable,
    ...buildSettingsFaults(args),
    ...buildkitFaults(
      args,
      repositories[0],
      [...fixedTags(tagFrom), ...movingTags],
      unreadable.length > 0 ? undefined : contextPaths(args),
    ),
    ...tagFromFaults(tagFrom),
    ...cacheFrom.flatMap((tag, index) => imageTagFaults(tag, `cacheFrom[${index}]`)),
    ...imageTargetFaults(repositories, movingTags),
  ];
  // The strategy reads the context: without a readable one nothing more can be checked.
  if (faults.some(({ path }) => /^(context|dockerfile|tagFrom)/.test(path))) return { faults };
  const tags = strategyTags(buildInputs(args), tagFrom);
  if ("faults" in tags) return { faults: [...faults, ...tags.faults] };
  return { tags, faults };
}

/** The arguments with their defaults. */
function buildInputs(args: ContainerImageSettings): BuildInputs {
  const { context, dockerfile, target, extraHosts, network, rebuild } = args;
  const inlineCache = (args.cacheFrom ?? []).length > 0 ? { BUILDKIT_INLINE_CACHE: "1" } : undefined;
  return {
    context,
    dockerfile,
    target,
    extraHosts: undefinedIfEmpty(extraHosts),
    network,
    rebuild,
    args: undefinedIfEmpty({ ...inlineCache, ...args.args }),
    platform: platformsOf(args).join(","),
  };
}

/** A single BuildKit build; otherwise one that Docker pushes, or one for each platform, combined once all are built. */
function imageMaker(
  image: Parameters<typeof dockerBuild>[0],
  primary: ImageRepository,
  inputs: BuildInputs,
  { platforms, builders = {}, cacheFrom, ...rest }: ContainerImageArgs,
) {
  if (rest.builder === "buildkit") {
    const { secrets, ssh, cacheTo } = rest;
    const build = { inputs, platforms: platformsOf({ ...rest, platforms }), cacheFrom: cacheFrom ?? [] };
    return buildkitBuild(image, primary, { ...build, secrets, ssh, cacheTo });
  }
  if (platforms === undefined) return dockerBuild(image, primary, buildOf(inputs, cacheFrom, primary));
  const builds = platformsOf({ ...rest, platforms }).map((platform) => ({
    platform,
    build: buildOf({ ...inputs, platform }, cacheFrom, primary),
    builder: Object.hasOwn(builders, platform) ? builders[platform] : undefined,
  }));
  return platformBuilds(image, primary, builds);
}

/** The provider distinguishes an empty map from no map; Docker does not. */
function undefinedIfEmpty(map: Record<string, string> = {}): Record<string, string> | undefined {
  return Object.keys(map).length > 0 ? map : undefined;
}

/** The build in the Docker provider's format. */
function buildOf(
  inputs: BuildInputs,
  cacheFrom: readonly string[] = [],
  { url }: ImageRepository,
): docker.types.input.DockerBuild {
  const { context, args, target, platform, network, extraHosts } = inputs;
  return {
    context,
    dockerfile: dockerfileOf(inputs),
    args,
    target,
    platform,
    network,
    addHosts: extraHosts && Object.entries(extraHosts).map(([host, address]) => `${host}:${address}`),
    ...(cacheFrom.length > 0 && {
      cacheFrom: { images: cacheFrom.map((tag) => pulumi.interpolate`${url}:${tag}`) },
    }),
  };
}

/** The release tag, if any. */
function fixedTags(tagFrom: TagFrom): string[] {
  // Any other value is rejected by its own check.
  return typeof tagFrom === "object" && tagFrom !== null && "fixed" in tagFrom ? [tagFrom.fixed] : [];
}
