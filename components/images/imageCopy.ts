import * as pulumi from "@pulumi/pulumi";

/** Login for a registry, as the provider takes it. */
export interface ImageLogin {
  username: pulumi.Input<string>;
  /** Kept as a secret. Another one is no change. */
  password: pulumi.Input<string>;
}

/** An image on its way from one repository to another. */
export interface ImageCopyArgs {
  /** `<url>@<digest>`, or `<url>:<tag>`, which is looked up when the copy is made. An image, an index or any OCI artifact. */
  source: pulumi.Input<string>;
  /** @default what `docker login` left for the source's registry, else anonymous */
  sourceLogin?: ImageLogin;
  /** Address of the repository that gets it. */
  repository: pulumi.Input<string>;
  /** @default what `docker login` left for the repository's registry, else anonymous */
  repositoryLogin?: ImageLogin;
  /** Put last. A tag that names another image is never moved. @default none */
  tag?: pulumi.Input<string>;
  /** Only these of an index, such as `["linux/amd64"]`: a new index, whose digest is another one. @default the source as it is */
  platforms?: pulumi.Input<string[]>;
  /** Whether signatures, SBOMs and attestations follow. @default true */
  referrers?: pulumi.Input<boolean>;
}

/**
 * A copy of an image in another repository, made over the registry protocol: the very bytes, and so the same digest, with
 * what refers to it. No Docker is needed. Deletion leaves it in the registry.
 */
export class ImageCopy extends pulumi.CustomResource {
  /** The copy's digest: the source's, unless `platforms` takes a part of it. */
  declare readonly digest: pulumi.Output<string>;
  /** `<url>@<digest>` in the repository. */
  declare readonly reference: pulumi.Output<string>;

  constructor(name: string, args: ImageCopyArgs, opts?: pulumi.CustomResourceOptions) {
    const { sourceLogin, repositoryLogin, ...rest } = args;
    const logins = { sourceLogin: secretLogin(sourceLogin), repositoryLogin: secretLogin(repositoryLogin) };
    super(imageCopyType, name, { ...rest, ...logins, digest: undefined, reference: undefined }, opts);
  }
}

/** The type of ImageCopy in a stack's state. */
export const imageCopyType = "ecr:index:ImageCopy";

/** A login with its password marked as a secret, whoever wrote it. */
export function secretLogin(login: ImageLogin | undefined): ImageLogin | undefined {
  return login && { username: login.username, password: pulumi.secret(login.password) };
}
