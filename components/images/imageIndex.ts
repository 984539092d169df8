import * as pulumi from "@pulumi/pulumi";
import { type ImageLogin, secretLogin } from "./imageCopy";

/** Images that Docker holds, on their way into an index. */
export interface ImageIndexArgs {
  /** One for each platform. */
  images: {
    /** Such as `linux/arm64`. An image for another one is refused. */
    platform: string;
    /** Its id, which nothing can change: what is pushed. Docker has to hold it. */
    imageId: pulumi.Input<string>;
    /** Address of the Docker engine that holds it. @default what the `docker` client uses: DOCKER_HOST, its context */
    dockerHost?: string;
  }[];
  /** Address of the repository that gets the index. */
  repository: pulumi.Input<string>;
  /** @default what `docker login` left for the repository's registry, else anonymous */
  repositoryLogin?: ImageLogin;
  /** Put last, on the index alone. A tag that names another image is never moved. @default none */
  tag?: pulumi.Input<string>;
}

/**
 * One image for several platforms: an OCI index of images that Docker holds, pushed over the registry protocol. Its images
 * have no tags of their own: they stay as long as it does. Deletion leaves it in the registry.
 */
export class ImageIndex extends pulumi.CustomResource {
  /** The index's digest. */
  declare readonly digest: pulumi.Output<string>;
  /** `<url>@<digest>` in the repository. */
  declare readonly reference: pulumi.Output<string>;

  constructor(name: string, args: ImageIndexArgs, opts?: pulumi.CustomResourceOptions) {
    const { images, repositoryLogin, ...rest } = args;
    const inputs = {
      ...rest,
      images: images.map(({ platform, imageId }) => ({ platform, imageId })),
      dockerHosts: images.map(({ dockerHost = "" }) => dockerHost),
      repositoryLogin: secretLogin(repositoryLogin),
    };
    super(imageIndexType, name, { ...inputs, digest: undefined, reference: undefined }, opts);
  }
}

/** The type of ImageIndex in a stack's state. */
export const imageIndexType = "ecr:index:ImageIndex";
