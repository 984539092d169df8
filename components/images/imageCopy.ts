import type * as pulumi from "@pulumi/pulumi";
import { type ImageLogin, secretLogin } from "./imageLogin";
import { PushedImage, type PushedImageArgs } from "./pushedImage";

/** Arguments of an image copy between repositories. */
export interface ImageCopyArgs extends PushedImageArgs {
  /**
   * `<url>@<digest>`, or `<url>:<tag>`, which is looked up when the copy is made. An image, an index or any OCI
   * artifact.
   */
  source: pulumi.Input<string>;
  /** @default the `docker login` of the source's registry, or anonymous */
  sourceLogin?: ImageLogin;
  /**
   * Only these platforms of an index, such as `["linux/amd64"]`: a new index with a different digest.
   * @default the source as it is
   */
  platforms?: pulumi.Input<string[]>;
  /** Whether signatures, SBOMs and attestations are copied too. @default true */
  referrers?: pulumi.Input<boolean>;
}

/**
 * A copy of an image in another repository, made over the registry protocol: the same bytes, and so the same digest,
 * with its referrers. Docker is not needed. Deleting the resource leaves the image in the registry.
 */
export class ImageCopy extends PushedImage {
  constructor(name: string, args: ImageCopyArgs, opts?: pulumi.CustomResourceOptions) {
    const inputs: ImageCopyArgs = { ...args, sourceLogin: secretLogin(args.sourceLogin) };
    super(imageCopyType, name, inputs, opts);
  }
}

/** The type of ImageCopy in a stack's state. */
export const imageCopyType = "ecr:index:ImageCopy";
