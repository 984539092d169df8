import * as pulumi from "@pulumi/pulumi";
import { type ImageLogin, secretLogin } from "./imageLogin";

/** A repository that holds the image. */
export interface TaggedRepository {
  /** Its address. */
  url: pulumi.Input<string>;
  /** @default what `docker login` left for its registry, else anonymous */
  login?: ImageLogin;
  /** Those of the tags that it does not let move: where one names another image, nothing is tagged anywhere. @default none */
  keptTags?: string[];
}

/** An image and its tags. */
export interface ImageTagsArgs {
  /** The image in the first of the repositories: `<url>:<tag>`. */
  image: pulumi.Input<string>;
  /** At least one, the image's own first. */
  repositories: TaggedRepository[];
  /** What it is to be called in each of them, beside its own tag. */
  tags: string[];
}

/**
 * Tags of an image in its repositories, put over the registry protocol: what an immutable tag holds is looked up in all of
 * them before anything is put. Tags stay in the registry when they leave the program.
 */
export class ImageTags extends pulumi.CustomResource {
  /** The image's digest, as its registry says it. */
  declare readonly digest: pulumi.Output<string>;

  constructor(name: string, { image, repositories, tags }: ImageTagsArgs, opts?: pulumi.CustomResourceOptions) {
    // A property that holds a secret is one as a whole: the logins are kept apart, so that all else can be read.
    const targets = repositories.map(({ url, keptTags = [] }) => ({ url, keptTags }));
    const logins = repositories.map(({ login }) => secretLogin(login) ?? {});
    super(imageTagsType, name, { image, repositories: targets, logins, tags, digest: undefined }, opts);
  }
}

/** The type of ImageTags in a stack's state. */
export const imageTagsType = "ecr:index:ImageTags";
