import * as pulumi from "@pulumi/pulumi";
import { type PushCommands, pushCommands } from "../../ecr/docker/pushCommands";
import type { TagMutabilitySettings } from "../../ecr/tags/tagMutability";
import type { ImageBuild } from "../images/containerImage";
import type { ImageRepository, RegistryCredentials } from "../images/imageRepository";
import { aliasNames, withChildAliases } from "../resourceOptions";

/** A repository's location, as reported by its registry. */
export interface RepositoryPlace {
  url: pulumi.Output<string>;
  arn: pulumi.Output<string>;
  repositoryName: pulumi.Output<string>;
  registryId: pulumi.Output<string>;
  region: pulumi.Output<string>;
}

/**
 * What private and public repositories share, whether created or looked up: outputs, credentials, and push commands.
 */
export abstract class RepositoryComponent extends pulumi.ComponentResource implements ImageRepository {
  abstract readonly kind: "private" | "public";
  abstract readonly tagSettings: TagMutabilitySettings | undefined;
  abstract readonly repository: pulumi.Resource;
  protected abstract readonly place: RepositoryPlace;
  /** Previous names, from the component's aliases. */
  protected readonly formerNames: readonly string[];
  private login: RegistryCredentials | undefined;

  constructor(
    type: string,
    /** The component's name in the program. */
    readonly logicalName: string,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(type, logicalName, {}, withChildAliases(logicalName, opts));
    this.formerNames = aliasNames(opts);
  }

  /**
   * URL without a tag: `<account>.dkr.ecr.<region>.amazonaws.com/<name>`, or `public.ecr.aws/<alias>/<name>` for a
   * public repository.
   */
  get url(): pulumi.Output<string> {
    return this.place.url;
  }

  /** ARN of the repository. */
  get arn(): pulumi.Output<string> {
    return this.place.arn;
  }

  /** Name in the registry. */
  get repositoryName(): pulumi.Output<string> {
    return this.place.repositoryName;
  }

  /** Account that the registry belongs to. */
  get registryId(): pulumi.Output<string> {
    return this.place.registryId;
  }

  /** Region of the repository; `us-east-1` for a public one. */
  get region(): pulumi.Output<string> {
    return this.place.region;
  }

  /** Credentials for the registry, fetched once. The password is secret and valid for 12 hours. */
  credentials(): RegistryCredentials {
    this.login ??= this.fetchCredentials();
    return this.login;
  }

  /** The commands to push manually, like the console's "View push commands". */
  pushCommands(build?: ImageBuild): pulumi.Output<PushCommands> {
    return pulumi
      .all([this.region, this.url, this.repositoryName])
      .apply(([region, repositoryUrl, imageName]) =>
        pushCommands({ kind: this.kind, region, repositoryUrl, imageName, tag: "latest", ...build }),
      );
  }

  abstract findDigest(tag: string): pulumi.Output<string | undefined>;
  protected abstract fetchCredentials(): RegistryCredentials;
}
