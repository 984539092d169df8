import * as pulumi from "@pulumi/pulumi";
import { type ImageLogin, secretLogin } from "./imageLogin";

/** Where an image is brought to. */
export interface ImagePlace {
  /** Address of the repository that gets it. */
  repository: pulumi.Input<string>;
  /** @default what `docker login` left for the repository's registry, else anonymous */
  repositoryLogin?: ImageLogin;
  /** Put last. A tag that names another image is never moved. @default none */
  tag?: pulumi.Input<string>;
}

/** An image that a resource of the project's own provider has brought into a repository. Deletion leaves it there. */
export abstract class PlacedImage extends pulumi.CustomResource {
  /** The image's digest in the repository. */
  declare readonly digest: pulumi.Output<string>;
  /** `<url>@<digest>` in the repository. */
  declare readonly reference: pulumi.Output<string>;

  constructor(type: string, name: string, args: ImagePlace, opts?: pulumi.CustomResourceOptions) {
    const repositoryLogin = secretLogin(args.repositoryLogin);
    super(type, name, { ...args, repositoryLogin, digest: undefined, reference: undefined }, opts);
  }
}
