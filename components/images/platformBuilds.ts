import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { refuseInput } from "../inputChecks";
import type { StateResource } from "../stackState";
import { dockerDaemonFaults } from "./dockerDaemon";
import { DockerImages } from "./dockerImages";
import { ImageIndex, imageIndexType } from "./imageIndex";
import { findMade, type ImageMaker, loginOf, type Publication } from "./imagePublication";
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
 * Builds an image for several platforms, each with Docker, and puts them together in the first repository: the index alone
 * has a tag there, so that no lifecycle rule counts an image more than once.
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
    const built = made && images.last(state);
    // The state of an index whose builds somebody has taken out of it still says what it was made of.
    if (made !== undefined && built === undefined) return { imageId: idIn(made, platform) };
    if (built === undefined)
      refuseInput(subject, dockerDaemonFaults(builder === undefined ? undefined : { platform, builder }));
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
    // Of an image that is not pushed the provider gives the id here.
    return { imageId: image.repoDigest };
  };
  return {
    findMade: (state, url) => findMade(state, imageIndexType, { name, identity }, url),

    make(state, made) {
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

/** The image of an index that the stack has. */
function idIn({ outputs }: StateResource, platform: string): string {
  const images = (outputs["images"] ?? []) as { platform: string; imageId: string }[];
  return images.find((each) => each.platform === platform)?.imageId ?? "";
}
