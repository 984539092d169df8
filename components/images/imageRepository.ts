import * as pulumi from "@pulumi/pulumi";
import type { TagMutabilitySettings } from "../../ecr/tags/tagMutability";

/** Registry credentials in docker.Image's format. */
export interface RegistryCredentials {
  /** Address of the registry. */
  server: pulumi.Output<string>;
  /** `AWS`, for ECR and ECR Public. */
  username: pulumi.Output<string>;
  /** Secret; valid for 12 hours. */
  password: pulumi.Output<string>;
}

/** What an image needs from a repository; implemented by PrivateRepository and PublicRepository. */
export interface ImageRepository {
  /** Which of ECR's two registries it belongs to. */
  readonly kind: "private" | "public";
  /** The component's name in the program; keeps the names of an image's children unique. */
  readonly logicalName: string;
  /** The repository's own resource. A replaced repository is empty: everything pushed to it is replaced with it. */
  readonly repository: pulumi.Resource;
  /** Address without tag, such as `123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/petclinic`. */
  readonly url: pulumi.Output<string>;
  /** Which tags can be moved; undefined when that is not known before the update. */
  readonly tagSettings: TagMutabilitySettings | undefined;
  /** Credentials of the repository's own registry, fetched once. */
  credentials(): RegistryCredentials;
  /**
   * The digest this tag has in the registry, or undefined when the tag or repository does not exist. A preview looks it
   * up immediately, an update once the repository exists, so that a repository replaced by the update counts as empty.
   */
  findDigest(tag: string): pulumi.Output<string | undefined>;
}

/** The repositories of an image, at least one. */
export type ImageRepositories = [ImageRepository, ...ImageRepository[]];

/**
 * What a lookup in a repository must wait for; see ImageRepository.findDigest. A repository that was itself looked up
 * exists.
 */
export function lookupDependency(repository: pulumi.Resource): pulumi.Input<unknown> {
  return pulumi.runtime.isDryRun() || !pulumi.CustomResource.isInstance(repository) ? undefined : repository.id;
}

/**
 * Whether a lookup failed because the image or repository does not exist, rather than for lack of permissions or
 * network. The provider has no lookup with an empty result (terraform-provider-aws#36415); it passes on the service's
 * error names.
 */
export function isNotFound(error: unknown): boolean {
  return /\b(Image|Repository|Resource)NotFoundException\b|couldn't find resource|empty result/.test(String(error));
}

/** The result of a lookup, or undefined when it found nothing; any other failure is rethrown. */
export function undefinedIfNotFound<T>(found: Promise<T>): Promise<T | undefined> {
  return found.catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
}
