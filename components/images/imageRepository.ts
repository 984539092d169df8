import * as pulumi from "@pulumi/pulumi";
import type { TagMutabilitySettings } from "../../ecr/tagMutability";

/** Login for a registry, as docker.Image takes it. */
export interface RegistryCredentials {
  /** Address of the registry. */
  server: pulumi.Output<string>;
  /** `AWS`, for ECR and ECR Public. */
  username: pulumi.Output<string>;
  /** Secret; lives for 12 hours. */
  password: pulumi.Output<string>;
}

/** What an image needs of a repository: PrivateRepository and PublicRepository have it, each in its own way. */
export interface ImageRepository {
  /** Which of ECR's two registries it is in. */
  readonly kind: "private" | "public";
  /** The component's name in the program: it keeps the names of an image's children apart. */
  readonly logicalName: string;
  /** The repository's own resource. One that is replaced is empty: what was pushed to it is replaced with it. */
  readonly repository: pulumi.Resource;
  /** Address without tag, such as `123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/petclinic`. */
  readonly url: pulumi.Output<string>;
  /** Which tags can be moved; undefined when that is not known before the update. */
  readonly tagSettings: TagMutabilitySettings | undefined;
  /** Credentials of the repository's own registry, fetched once. */
  credentials(): RegistryCredentials;
  /**
   * Digest that the registry holds under this tag, or undefined when there is no such tag or no such repository. A
   * preview asks at once, an update when the repository is there, so that one that is replaced on the way counts as the
   * empty one that it then is.
   */
  findDigest(tag: string): pulumi.Output<string | undefined>;
}

/** What a look-up in a repository waits for; see ImageRepository.findDigest. One that was looked up itself is there. */
export function whenThere(repository: pulumi.Resource): pulumi.Input<unknown> {
  return pulumi.runtime.isDryRun() || !pulumi.CustomResource.isInstance(repository) ? undefined : repository.id;
}

/**
 * Whether a look-up failed because there is no such image or repository, as opposed to no rights or no network. The
 * provider has no look-up that may be empty (terraform-provider-aws#36415); it hands on the service's error names.
 */
export function isNotFound(error: unknown): boolean {
  return /\b(Image|Repository|Resource)NotFoundException\b|couldn't find resource|empty result/.test(String(error));
}

/** The value of a look-up, or undefined when it found nothing; any other failure goes on. */
export function orUndefined<T>(found: Promise<T>): Promise<T | undefined> {
  return found.catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
}
