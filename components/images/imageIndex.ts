import type * as pulumi from "@pulumi/pulumi";
import { PushedImage, type PushedImageArgs } from "./pushedImage";

/** Arguments of an index of images in Docker. */
export interface ImageIndexArgs extends PushedImageArgs {
  /** One for each platform. */
  images: {
    /** For example `linux/arm64`. An image for another platform is refused. */
    platform: string;
    /** The image ID, which is immutable: identifies what is pushed. Docker must have it. */
    imageId: pulumi.Input<string>;
    /** Address of the Docker engine that has it. @default what the `docker` client uses: DOCKER_HOST, its context */
    dockerHost?: string;
  }[];
}

/**
 * A multi-platform image: an OCI index of images in Docker, pushed over the registry protocol. The images have no tags
 * of their own and are kept as long as the index. Deleting the resource leaves it in the registry.
 */
export class ImageIndex extends PushedImage {
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
