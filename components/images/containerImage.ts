import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import { imageTagFaults } from "../../ecr/imageTags";
import { typeFaults } from "../../ecr/typeFaults";
import { InputChecks } from "../inputChecks";
import { type BuildInputs, buildContextFaults, dockerfileOf } from "./buildContext";
import { platformsOf } from "./buildPlatforms";
import { type BuildSettings, buildSettingsFaults } from "./buildSettings";
import { dockerBuild } from "./dockerBuild";
import { publishImage } from "./imagePublication";
import type { ImageRepository } from "./imageRepository";
import { type ImageTarget, imageTargetFaults } from "./imageTargets";
import { platformBuilds } from "./platformBuilds";
import { type OwnTags, ownTags, type TagFrom, tagFromFaults } from "./tagStrategy";

/** What an image is built from, how it is tagged and where it goes. */
export interface ContainerImageArgs extends BuildSettings, Pick<BuildInputs, "context" | "dockerfile"> {
  /**
   * Where the image goes, at least one. It is built once, for the first; the others get a copy, byte for byte, over the
   * registry protocol and with each registry's own login.
   */
  repositories: ImageRepository[];
  /** What the image's own tag is made from: its content, its Git commit, or a fixed text. @default "content" */
  tagFrom?: TagFrom;
  /**
   * Tags that follow the image, such as `latest`, beside its own. An immutable repository needs an exclusion filter for
   * each.
   * @default none
   */
  tags?: string[];
  /**
   * Tags of the first repository whose images are used as build cache, such as `latest`; one that is not there is no
   * fault. Images are then built with their own cache information (`BUILDKIT_INLINE_CACHE=1`), so that they can serve
   * the next build. Another registry's images are not possible: the Docker provider has one login for each image.
   * @default none: Docker's local cache only
   */
  cacheFrom?: string[];
}

/** The part of an image's build that `docker build` needs too. */
export interface ImageBuild {
  /** Folder that is sent to Docker, relative to the project's root. */
  context: string;
  /** Dockerfile, relative to the project's root. @default `<context>/Dockerfile` */
  dockerfile?: string;
  /** Build arguments (`ARG`). @default none */
  buildArgs?: Record<string, string>;
  /** Operating system and architecture, such as `linux/amd64`; several with commas between them. */
  platform: string;
}

/**
 * An image, built from a folder with Docker and pushed to one or several repositories.
 *
 * Its own tag stands for its content (see TagFrom), so what did not change is neither built nor pushed again, and what
 * did change never meets an existing tag. An image that a registry holds already is not built. A
 * repository that is replaced gets its images again in the same update.
 * Removing an image from the program leaves it in the registry, under all its tags; lifecycle policies and the
 * repository's deletion remove it.
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
  /** Digest of the image's manifest, as the first repository's registry says it. */
  readonly digest: pulumi.Output<string>;
  /** The image in the first repository: `<url>@<digest>`. What consumers should use. */
  readonly reference: pulumi.Output<string>;
  /** The image in each repository, in their order: `<url>@<digest>`. */
  readonly references: pulumi.Output<string>[];
  /** How it is built, for PrivateRepository.pushCommands and PublicRepository.pushCommands. */
  readonly build: ImageBuild;

  constructor(name: string, args: ContainerImageArgs, opts?: pulumi.ComponentResourceOptions) {
    const subject = `ContainerImage ${JSON.stringify(name)}`;
    const checks = new InputChecks(subject);
    const inputs = buildInputs(args);
    const { tags, faults } = readArgs(args);
    checks.add(faults);
    checks.refuse();
    super("ecr:index:ContainerImage", name, {}, opts);
    const [primary] = args.repositories;
    if (tags === undefined || primary === undefined) throw new Error("unreachable: refused above");
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
      repositories: args.repositories,
      release: tags.releaseTag === undefined ? undefined : { tag: tags.releaseTag, path: "tagFrom.fixed" },
      movingTags: args.tags ?? [],
      maker: makerOf(image, primary, inputs, args),
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

/** The arguments without the repositories' abilities: what can be checked before anything exists. */
export type ContainerImageSettings = Omit<ContainerImageArgs, "repositories"> & {
  /** Where the image goes, at least one. */
  repositories: readonly ImageTarget[];
};

/**
 * Why a ContainerImage with these arguments would be refused: every fault, or none.
 *
 * @example
 * const faults = containerImageFaults({ context: "app", repositories: [repository] });
 */
export function containerImageFaults(args: ContainerImageSettings): Fault[] {
  return readArgs(args).faults;
}

/** The tag that names exactly the image that these arguments make (`src-…`); undefined when there is no such build. */
export function containerImageTag(args: ContainerImageSettings): string | undefined {
  if (buildContextFaults(args).length > 0) return undefined;
  const tags = ownTags(buildInputs(args), args.tagFrom ?? "content");
  return "faults" in tags ? undefined : tags.identity;
}

/** The image's tags when nothing is wrong with its arguments, or every fault of them. */
function readArgs(args: ContainerImageSettings): { tags?: OwnTags; faults: Fault[] } {
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
  const { repositories, tags: movingTags = [], cacheFrom = [], tagFrom = "content" } = args;
  const faults = [
    ...buildContextFaults(args),
    ...buildSettingsFaults(args),
    ...tagFromFaults(tagFrom),
    ...cacheFrom.flatMap((tag, index) => imageTagFaults(tag, `cacheFrom[${index}]`)),
    ...imageTargetFaults(repositories, movingTags),
  ];
  // The strategy reads the context: without a readable one there is nothing more to say.
  if (faults.some(({ path }) => /^(context|dockerfile|tagFrom)/.test(path))) return { faults };
  const tags = ownTags(buildInputs(args), tagFrom);
  if ("faults" in tags) return { faults: [...faults, ...tags.faults] };
  return { tags, faults };
}

/** The arguments with their defaults, and what they imply. */
function buildInputs(args: ContainerImageSettings): BuildInputs {
  const { context, dockerfile, target, extraHosts, network, rebuild } = args;
  const inlineCache = (args.cacheFrom ?? []).length > 0 ? { BUILDKIT_INLINE_CACHE: "1" } : undefined;
  return {
    context,
    dockerfile,
    target,
    extraHosts: unlessEmpty(extraHosts),
    network,
    rebuild,
    args: unlessEmpty({ ...inlineCache, ...args.args }),
    platform: platformsOf(args).join(","),
  };
}

/** One build that Docker pushes, or one for each platform, put together when all are built. */
function makerOf(
  image: Parameters<typeof dockerBuild>[0],
  primary: ImageRepository,
  inputs: BuildInputs,
  { platforms, builders = {}, cacheFrom, ...rest }: ContainerImageArgs,
) {
  if (platforms === undefined) return dockerBuild(image, primary, buildOf(inputs, cacheFrom, primary));
  const builds = platformsOf({ ...rest, platforms }).map((platform) => ({
    platform,
    build: buildOf({ ...inputs, platform }, cacheFrom, primary),
    builder: Object.hasOwn(builders, platform) ? builders[platform] : undefined,
  }));
  return platformBuilds(image, primary, builds);
}

/** The provider takes an empty map for another value than none; to Docker they are the same. */
function unlessEmpty(map: Record<string, string> = {}): Record<string, string> | undefined {
  return Object.keys(map).length > 0 ? map : undefined;
}

/** The build as the Docker provider takes it. */
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
