import type * as pulumi from "@pulumi/pulumi";
import type { TagMutabilitySettings } from "../ecr/tagMutability";

/** Login for a registry, as docker.Image takes it. */
export interface RegistryCredentials {
  server: pulumi.Output<string>;
  username: pulumi.Output<string>;
  /** Secret; lives for 12 hours. */
  password: pulumi.Output<string>;
}

/** What a ContainerImage needs of a repository: PrivateRepository and PublicRepository have it, each in its own way. */
export interface ImageRepository {
  readonly kind: "private" | "public";
  /** The component's name in the program: it keeps the names of an image's children apart. */
  readonly logicalName: string;
  /** Address without tag, such as `123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/petclinic`. */
  readonly url: pulumi.Output<string>;
  /** Which tags can be moved; undefined when that is not known before the update. */
  readonly tagSettings: TagMutabilitySettings | undefined;
  /** Credentials of the repository's own registry, fetched once. */
  credentials(): RegistryCredentials;
  /** Whether the registry holds this tag now, before the update. A repository that does not exist holds none. */
  hasTag(tag: string): pulumi.Output<boolean>;
  /** Digest that the registry holds under this tag once these resources are there. */
  digestOf(tag: string, after: pulumi.Resource[]): pulumi.Output<string>;
}

/**
 * Whether a look-up failed because there is no such image or repository, as opposed to no rights or no network. The
 * provider has no look-up that may be empty (terraform-provider-aws#36415); it hands on the service's error names.
 */
export function isNotFound(error: unknown): boolean {
  return /\b(ImageNotFoundException|RepositoryNotFoundException)\b|couldn't find resource|empty result/.test(
    String(error),
  );
}
