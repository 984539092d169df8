import * as pulumi from "@pulumi/pulumi";
import { type ImageLogin, secretLogin } from "./imageLogin";
import { requireOwnProvider } from "./ownProvider";

/** Where an image goes. */
export interface PushedImageArgs {
  /** URL of the target repository. */
  repository: pulumi.Input<string>;
  /** @default the `docker login` of the repository's registry, or anonymous */
  repositoryLogin?: ImageLogin;
  /** Tag that is set last. A tag that points to another image is never moved. @default none */
  tag?: pulumi.Input<string>;
}

/**
 * An image that a resource of the project's own provider put into a repository. Deleting the resource leaves it there.
 */
export abstract class PushedImage extends pulumi.CustomResource {
  /** The image's digest in the repository. */
  declare readonly digest: pulumi.Output<string>;
  /** `<url>@<digest>` in the repository. */
  declare readonly reference: pulumi.Output<string>;

  constructor(type: string, name: string, args: PushedImageArgs, opts?: pulumi.CustomResourceOptions) {
    requireOwnProvider();
    const repositoryLogin = secretLogin(args.repositoryLogin);
    super(type, name, { ...args, repositoryLogin, digest: undefined, reference: undefined }, opts);
  }
}
