import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { refuseInput } from "../inputChecks";
import { dockerDaemonFaults } from "./dockerDaemon";
import { DockerImages } from "./dockerImages";
import type { ImageMaker, Publication } from "./imagePublication";
import type { ImageRepository } from "./imageRepository";

/**
 * Builds an image with Docker and pushes it to its first repository. Docker is checked only when it is needed, but
 * already in the preview, so that an update does not fail halfway.
 */
export function dockerBuild(
  { parent, name, subject, identity }: Pick<Publication, "parent" | "name" | "subject" | "identity">,
  primary: ImageRepository,
  build: docker.types.input.DockerBuild,
): ImageMaker {
  const images = new DockerImages(parent, `${name}-${identity}`);
  return {
    findResource(state, url) {
      const last = images.last(state, build);
      return url === undefined || last?.outputs["imageName"] === `${url}:${identity}` ? last : undefined;
    },

    createResource(state, made) {
      if (made === undefined) refuseInput(subject, dockerDaemonFaults());
      const args = {
        imageName: pulumi.interpolate`${primary.url}:${identity}`,
        build,
        registry: { ...primary.credentials() },
        skipPush: false,
      };
      return images.register(state, made, args, { replaceWith: [primary.repository] });
    },
  };
}
