import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { refuseInput } from "../inputChecks";
import { dockerDaemonFaults } from "./dockerDaemon";
import { DockerImages } from "./dockerImages";
import type { ImageMaker, Publication } from "./imagePublication";
import type { ImageRepository } from "./imageRepository";

/**
 * Builds an image with Docker and pushes it to its first repository. Docker is looked for only when it is needed, in a
 * preview too, so that an update does not find out half-way that there is none.
 */
export function dockerBuild(
  { parent, name, subject, identity }: Pick<Publication, "parent" | "name" | "subject" | "identity">,
  primary: ImageRepository,
  build: docker.types.input.DockerBuild,
): ImageMaker {
  const images = new DockerImages(parent, `${name}-${identity}`);
  return {
    findMade(state, url) {
      const last = images.last(state);
      return url === undefined || last?.outputs["imageName"] === `${url}:${identity}` ? last : undefined;
    },

    make(state, made) {
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
