import type * as pulumi from "@pulumi/pulumi";
import { type ImagePlace, PlacedImage } from "./placedImage";

/** Images that Docker holds, on their way into an index. */
export interface ImageIndexArgs extends ImagePlace {
  /** One for each platform. */
  images: {
    /** Such as `linux/arm64`. An image for another one is refused. */
    platform: string;
    /** Its id, which nothing can change: what is pushed. Docker has to hold it. */
    imageId: pulumi.Input<string>;
    /** Address of the Docker engine that holds it. @default what the `docker` client uses: DOCKER_HOST, its context */
    dockerHost?: string;
  }[];
}

/**
 * One image for several platforms: an OCI index of images that Docker holds, pushed over the registry protocol. Its images
 * have no tags of their own: they stay as long as it does. Deletion leaves it in the registry.
 */
export class ImageIndex extends PlacedImage {
  constructor(name: string, args: ImageIndexArgs, opts?: pulumi.CustomResourceOptions) {
    const { images, ...place } = args;
    const inputs = {
      ...place,
      images: images.map(({ platform, imageId }) => ({ platform, imageId })),
      dockerHosts: images.map(({ dockerHost = "" }) => dockerHost),
    };
    super(imageIndexType, name, inputs, opts);
  }
}

/** The type of ImageIndex in a stack's state. */
export const imageIndexType = "ecr:index:ImageIndex";
