import * as ecr from "@pulumi/aws/ecr";
import type * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { privateCredentials } from "../images/ecrLogin";
import { lookupDependency, type RegistryCredentials, undefinedIfNotFound } from "../images/imageRepository";
import { pullPolicy } from "../permissions/pullPolicy";
import { pushPolicy } from "../permissions/pushPolicy";
import {
  type GrantedRole,
  type GrantOptions,
  type PushGrantOptions,
  RepositoryGrants,
} from "../permissions/repositoryGrant";
import { RepositoryComponent } from "./repositoryComponent";

/** Identifies a private repository before it is known whether it exists. */
export interface PrivateRepositoryName {
  repositoryName: pulumi.Input<string>;
  /** Defaults to the provider's. */
  region?: pulumi.Input<string>;
  /** Defaults to the provider's account. */
  registryId?: pulumi.Input<string>;
}

/** A private repository's credentials and images, whether the program creates the repository or looks it up. */
export abstract class PrivateRepositoryBase extends RepositoryComponent {
  /** In the account's private registry. */
  readonly kind = "private";
  protected abstract readonly requested: PrivateRepositoryName;
  private readonly grants = new RepositoryGrants(this);

  /** {@inheritDoc ImageRepository.findDigest} */
  findDigest(tag: string): pulumi.Output<string | undefined> {
    return pulumi.all([this.requested, lookupDependency(this.repository)]).apply(async ([repository]) => {
      const image = await undefinedIfNotFound(ecr.getImage({ ...repository, imageTag: tag }, { parent: this }));
      return image?.imageDigest;
    });
  }

  /**
   * Allows a role in the same account to pull from this repository, and nothing else: an inline policy of the role.
   * Grant a role in another account access with `access`; it has its own policy there.
   *
   * Throws InputRefused when it is not such a role, or already has the grant.
   *
   * @param role A role of the program, or an ARN.
   * @example
   * repository.grantPull(executionRole);
   * repository.grantPull("arn:aws:iam::123456789012:role/nodes", { name: "nodes" });
   */
  grantPull(role: GrantedRole, options: GrantOptions = {}): iam.RolePolicy {
    return this.grants.give({ action: "pull", role, policy: pullPolicy([this]), options });
  }

  /**
   * Allows a role in the same account to push to this repository, and nothing else: an inline policy of the role. CI
   * systems use a {@link PushRole}, which needs no stored key.
   *
   * Throws InputRefused when it is not such a role, or already has the grant.
   *
   * @param role A role of the program, or an ARN.
   * @example
   * repository.grantPush(builder, { pull: true });
   */
  grantPush(role: GrantedRole, { pull, ...options }: PushGrantOptions = {}): iam.RolePolicy {
    return this.grants.give({ action: "push", role, policy: pushPolicy([this], { pull }), options });
  }

  protected fetchCredentials(): RegistryCredentials {
    return privateCredentials({ registryId: this.registryId, region: this.region }, this.url, { parent: this });
  }
}
