import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { refuseInput } from "../inputChecks";
import type { StateResource } from "../stackState";
import { dockerDaemonFaults } from "./dockerDaemon";
import type { ImageMaker, Publication } from "./imagePublication";
import type { ImageRepository } from "./imageRepository";
import type { ImageState } from "./imageState";

/** The type of docker.Image in a stack's state. */
const imageType = "docker:index/image:Image";

/**
 * Builds an image with Docker and pushes it to its first repository. Docker is looked for only when it is needed, in a
 * preview too, so that an update does not find out half-way that there is none.
 */
export function dockerBuild(
  { parent, name, subject, identity }: Pick<Publication, "parent" | "name" | "subject" | "identity">,
  primary: ImageRepository,
  build: docker.types.input.DockerBuild,
): ImageMaker {
  const first = `${name}-${identity}`;
  const turnOf = ({ name: each }: StateResource) => {
    if (each === first) return 1;
    return each.startsWith(`${first}:`) ? Number(each.slice(first.length + 1)) : 0;
  };
  const lastIn = (state: ImageState): StateResource | undefined =>
    state(imageType)
      .filter((each) => turnOf(each) > 0)
      .sort((a, b) => turnOf(b) - turnOf(a))[0];
  return {
    findMade(state, url) {
      const last = lastIn(state);
      return url === undefined || last?.outputs["imageName"] === `${url}:${identity}` ? last : undefined;
    },

    make(state, made) {
      if (made === undefined) refuseInput(subject, dockerDaemonFaults());
      // What was pushed once and is gone is made by another resource: the state holds that one as done.
      const gone = lastIn(state);
      const again = gone === undefined ? first : `${first}:${turnOf(gone) + 1}`;
      return new docker.Image(
        made?.name ?? again,
        {
          imageName: pulumi.interpolate`${primary.url}:${identity}`,
          build,
          registry: { ...primary.credentials() },
          skipPush: false,
        },
        {
          parent,
          // The logical name holds the identity, so another image is another resource. All else that could differ is no
          // change: where the project lies is part of the provider's digest of links.
          ignoreChanges: ["build", "skipPush"],
          replaceWith: [primary.repository],
        },
      );
    },
  };
}
