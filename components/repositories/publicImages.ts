import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { publicRegions } from "../../ecr/regions";
import type { TagMutabilitySettings } from "../../ecr/tagMutability";
import { publicCredentials } from "../images/ecrLogin";
import { orUndefined, type RegistryCredentials, whenThere } from "../images/imageRepository";
import { madeOutputs } from "../madeOutputs";
import { RepositoryComponent, type RepositoryPlace } from "./repositoryComponent";

/** ECR Public knows no immutable tags. */
export const publicTagSettings: TagMutabilitySettings = { imageTagMutability: "MUTABLE" };

const [region] = publicRegions;

/** Where a public repository is, as its resource says it. */
export function publicPlace(repository: aws.ecrpublic.Repository): RepositoryPlace {
  const { repositoryUri: url, arn, repositoryName, registryId, region } = repository;
  return madeOutputs(repository, { url, arn, repositoryName, registryId, region });
}

/** A public repository's login and images, whether the program makes the repository or looks it up. */
export abstract class PublicImages extends RepositoryComponent {
  /** In the public gallery. */
  readonly kind = "public";
  /** Every tag can be moved. */
  readonly tagSettings = publicTagSettings;
  protected abstract readonly requestedName: pulumi.Input<string>;

  /** {@inheritDoc ImageRepository.findDigest} */
  findDigest(tag: string): pulumi.Output<string | undefined> {
    return pulumi.all([this.requestedName, whenThere(this.repository)]).apply(async ([repositoryName]) => {
      const found = await orUndefined(
        aws.ecrpublic.getImages({ repositoryName, imageIds: [{ imageTag: tag }], region }, { parent: this }),
      );
      return found?.images[0]?.imageDigest;
    });
  }

  protected fetchCredentials(): RegistryCredentials {
    return publicCredentials(region, this.url, { parent: this });
  }
}
