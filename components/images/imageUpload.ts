import type * as pulumi from "@pulumi/pulumi";
import { PushedImage, type PushedImageArgs } from "./pushedImage";

/** Arguments of the upload of an image in Docker. */
export interface ImageUploadArgs extends PushedImageArgs {
  /** Its name in Docker, for messages. */
  localImage: pulumi.Input<string>;
  /** The image ID, which is immutable: identifies what is pushed. Docker must have it. */
  imageId: pulumi.Input<string>;
  /** Address of the Docker engine. @default what the `docker` client uses: DOCKER_HOST, its context */
  dockerHost?: pulumi.Input<string>;
  /**
   * Platform to select from an index, such as `linux/arm64`, or that a single image must have. @default the image as it
   * is
   */
  platform?: pulumi.Input<string>;
}

/**
 * An image exported from Docker and pushed over the registry protocol. An image in the containerd store keeps its
 * digest; one in the classic store has none, and its layers are compressed. Deleting the resource leaves it in the
 * registry.
 */
export class ImageUpload extends PushedImage {
  constructor(name: string, args: ImageUploadArgs, opts?: pulumi.CustomResourceOptions) {
    super(imageUploadType, name, args, opts);
  }
}

/** The type of ImageUpload in a stack's state. */
export const imageUploadType = "ecr:index:ImageUpload";
