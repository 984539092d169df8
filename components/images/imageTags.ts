import * as pulumi from "@pulumi/pulumi";
import { type ImageLogin, secretLogin } from "./imageLogin";
import { requireOwnProvider } from "./ownProvider";

/** A repository that has the image. */
export interface TaggedRepository {
  /** The repository's URL. */
  url: pulumi.Input<string>;
  /** @default its registry's `docker login`, or anonymous */
  login?: ImageLogin;
  /**
   * Immutable tags: if one of them points to another image, nothing is tagged anywhere.
   * @default none
   */
  keptTags?: string[];
}

/** An image and its tags. */
export interface ImageTagsArgs {
  /** The image in the first of the repositories: `<url>:<tag>`. */
  image: pulumi.Input<string>;
  /** At least one, the image's own first. */
  repositories: TaggedRepository[];
  /** Tags to set in each of them, in addition to the image's own. */
  tags: string[];
}

/**
 * Tags of an image in its repositories, set over the registry protocol: immutable tags are looked up in all of them
 * before anything is tagged. Tags stay in the registry when they leave the program.
 */
export class ImageTags extends pulumi.CustomResource {
  /** The image's digest, as its registry reports it. */
  declare readonly digest: pulumi.Output<string>;

  constructor(name: string, { image, repositories, tags }: ImageTagsArgs, opts?: pulumi.CustomResourceOptions) {
    requireOwnProvider();
    // A secret inside a property makes all of it secret: keep the credentials separate, so that the rest stays
    // readable.
    const targets = repositories.map(({ url, keptTags = [] }) => ({ url, keptTags }));
    const logins = repositories.map(({ login }) => secretLogin(login) ?? {});
    super(imageTagsType, name, { image, repositories: targets, logins, tags, digest: undefined }, opts);
  }
}

/** The type of ImageTags in a stack's state. */
export const imageTagsType = "ecr:index:ImageTags";
