import * as ecrpublic from "@pulumi/aws/ecrpublic";
import * as pulumi from "@pulumi/pulumi";
import { publicRegions } from "../../ecr/names/regions";
import type { TagMutabilitySettings } from "../../ecr/tags/tagMutability";
import { publicCredentials } from "../images/ecrLogin";
import { lookupDependency, type RegistryCredentials, undefinedIfNotFound } from "../images/imageRepository";
import { createdOutputs } from "../resourceOptions";
import { RepositoryComponent, type RepositoryPlace } from "./repositoryComponent";

/** ECR Public has no immutable tags. */
export const publicTagSettings: TagMutabilitySettings = { imageTagMutability: "MUTABLE" };

const [region] = publicRegions;

/** A public repository's location, as reported by its resource. */
export function publicRepositoryLocation(repository: ecrpublic.Repository): RepositoryPlace {
  const { repositoryUri: url, arn, repositoryName, registryId, region } = repository;
  return createdOutputs(repository, { url, arn, repositoryName, registryId, region });
}

/** A public repository's credentials and images, whether the program creates the repository or looks it up. */
export abstract class PublicRepositoryBase extends RepositoryComponent {
  /** In the public gallery. */
  readonly kind = "public";
  /** Every tag can be moved. */
  readonly tagSettings = publicTagSettings;
  protected abstract readonly requestedName: pulumi.Input<string>;

  /** {@inheritDoc ImageRepository.findDigest} */
  findDigest(tag: string): pulumi.Output<string | undefined> {
    return pulumi.all([this.requestedName, lookupDependency(this.repository)]).apply(async ([repositoryName]) => {
      const found = await undefinedIfNotFound(
        ecrpublic.getImages({ repositoryName, imageIds: [{ imageTag: tag }], region }, { parent: this }),
      );
      return found?.images[0]?.imageDigest;
    });
  }

  protected fetchCredentials(): RegistryCredentials {
    return publicCredentials(region, this.url, { parent: this });
  }
}
