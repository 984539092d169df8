import type * as pulumi from "@pulumi/pulumi";
import { type ImageLogin, secretLogin } from "./imageLogin";
import { type ImagePlace, PlacedImage } from "./placedImage";

/** An image on its way from one repository to another. */
export interface ImageCopyArgs extends ImagePlace {
  /** `<url>@<digest>`, or `<url>:<tag>`, which is looked up when the copy is made. An image, an index or any OCI artifact. */
  source: pulumi.Input<string>;
  /** @default what `docker login` left for the source's registry, else anonymous */
  sourceLogin?: ImageLogin;
  /** Only these of an index, such as `["linux/amd64"]`: a new index, whose digest is another one. @default the source as it is */
  platforms?: pulumi.Input<string[]>;
  /** Whether signatures, SBOMs and attestations follow. @default true */
  referrers?: pulumi.Input<boolean>;
}

/**
 * A copy of an image in another repository, made over the registry protocol: the very bytes, and so the same digest, with
 * what refers to it. No Docker is needed. Deletion leaves it in the registry.
 */
export class ImageCopy extends PlacedImage {
  constructor(name: string, args: ImageCopyArgs, opts?: pulumi.CustomResourceOptions) {
    const inputs: ImageCopyArgs = { ...args, sourceLogin: secretLogin(args.sourceLogin) };
    super(imageCopyType, name, inputs, opts);
  }
}

/** The type of ImageCopy in a stack's state. */
export const imageCopyType = "ecr:index:ImageCopy";
