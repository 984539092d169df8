import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { refuseInput } from "../inputChecks";
import type { StateResource } from "../stackState";
import { dockerDaemonFaults } from "./dockerDaemon";
import { DockerImages } from "./dockerImages";
import { ImageIndex, imageIndexType } from "./imageIndex";
import { findImageResource, type ImageMaker, loginOf, type Publication } from "./imagePublication";
import type { ImageRepository } from "./imageRepository";
import type { ImageState } from "./imageState";
import { dockerHost } from "./localImage";

/** The build of an image for one platform. */
export interface PlatformBuild {
  platform: string;
  build: docker.types.input.DockerBuild;
  /** Address of the Docker engine that builds it. @default the one that builds everything else */
  builder?: string;
}

/**
 * Builds an image for several platforms, each with Docker, and combines them into an index in the first repository.
 * Only the index has a tag there, so that lifecycle rules count the image once.
 */
export function platformBuilds(
  { parent, name, subject, identity }: Pick<Publication, "parent" | "name" | "subject" | "identity">,
  primary: ImageRepository,
  builds: readonly PlatformBuild[],
): ImageMaker {
  const imageFor = (
    { platform, build, builder }: PlatformBuild,
    state: ImageState,
    made: StateResource | undefined,
  ) => {
    const suffix = platform.replaceAll("/", "-");
    const images = new DockerImages(parent, `${name}-${identity}-${suffix}`);
    const built = made && images.last(state, build);
    // When an index's builds were removed from the state or moved, the index's own state still has their image IDs.
    if (made !== undefined && built === undefined) return { imageId: imageIdFor(made, platform) };
    if (built === undefined) {
      refuseInput(subject, dockerDaemonFaults(builder === undefined ? undefined : { platform, builder }));
    }
    const args = {
      imageName: pulumi.interpolate`${primary.url}:${identity}-${suffix}`,
      build,
      registry: { ...primary.credentials() },
      skipPush: true,
    };
    const provider =
      builder === undefined ? undefined : new docker.Provider(`${name}-${suffix}`, { host: builder }, { parent });
    const image = images.register(state, built, args, {
      replaceWith: [primary.repository],
      ...(provider && { provider }),
    });
    // For an image that is not pushed, the provider returns the ID here.
    return { imageId: image.repoDigest };
  };
  return {
    findResource: (state, url) => findImageResource(state, imageIndexType, { name, identity }, url),

    createResource(state, made) {
      const images = builds.map((each) => ({ ...each, ...imageFor(each, state, made) }));
      return new ImageIndex(
        name,
        {
          images: images.map(({ platform, imageId, builder }) => ({
            platform,
            imageId,
            dockerHost: builder ?? dockerHost(),
          })),
          repository: primary.url,
          repositoryLogin: loginOf(primary),
          tag: identity,
        },
        { parent, replaceWith: [primary.repository] },
      );
    },
  };
}

/** The image ID for a platform, from an index in the stack. */
function imageIdFor({ outputs }: StateResource, platform: string): string {
  const images = (outputs["images"] ?? []) as { platform: string; imageId: string }[];
  return images.find((each) => each.platform === platform)?.imageId ?? "";
}
