import type * as pulumi from "@pulumi/pulumi";
import { type ImagePlace, PlacedImage } from "./placedImage";

/** An image that Docker holds, on its way to a repository. */
export interface ImageUploadArgs extends ImagePlace {
  /** Its name in Docker, for messages. */
  localImage: pulumi.Input<string>;
  /** Its id, which nothing can change: what is pushed. Docker has to hold it. */
  imageId: pulumi.Input<string>;
  /** Address of the Docker engine. @default what the `docker` client uses: DOCKER_HOST, its context */
  dockerHost?: pulumi.Input<string>;
  /** One image of an index, such as `linux/arm64`, or the one that a single image must have. @default the image as it is */
  platform?: pulumi.Input<string>;
}

/**
 * An image that Docker holds, exported by it and pushed over the registry protocol. One of the containerd store keeps its
 * digest; the classic store keeps none, and its layers are compressed. Deletion leaves it in the registry.
 */
export class ImageUpload extends PlacedImage {
  constructor(name: string, args: ImageUploadArgs, opts?: pulumi.CustomResourceOptions) {
    super(imageUploadType, name, args, opts);
  }
}

/** The type of ImageUpload in a stack's state. */
export const imageUploadType = "ecr:index:ImageUpload";
