import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { privateCredentials } from "../images/ecrLogin";
import { orUndefined, type RegistryCredentials, whenThere } from "../images/imageRepository";
import { RepositoryComponent } from "./repositoryComponent";

/** What names a private repository before it is known whether it is there. */
export interface PrivateRepositoryName {
  repositoryName: pulumi.Input<string>;
  /** The provider's when it is left out. */
  region?: pulumi.Input<string>;
  /** The provider's account when it is left out. */
  registryId?: pulumi.Input<string>;
}

/** A private repository's login and images, whether the program makes the repository or looks it up. */
export abstract class PrivateImages extends RepositoryComponent {
  /** In the account's private registry. */
  readonly kind = "private";
  protected abstract readonly requested: PrivateRepositoryName;

  /** {@inheritDoc ImageRepository.findDigest} */
  findDigest(tag: string): pulumi.Output<string | undefined> {
    return pulumi.all([this.requested, whenThere(this.repository)]).apply(async ([repository]) => {
      const image = await orUndefined(aws.ecr.getImage({ ...repository, imageTag: tag }, { parent: this }));
      return image?.imageDigest;
    });
  }

  protected fetchCredentials(): RegistryCredentials {
    return privateCredentials({ registryId: this.registryId, region: this.region }, this.url, { parent: this });
  }
}
