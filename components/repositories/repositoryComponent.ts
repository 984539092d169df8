import * as pulumi from "@pulumi/pulumi";
import { type PushCommands, pushCommands } from "../../ecr/pushCommands";
import type { TagMutabilitySettings } from "../../ecr/tagMutability";
import { aliasNames, carriedOver } from "../aliasNames";
import type { ImageBuild } from "../images/containerImage";
import type { ImageRepository, RegistryCredentials } from "../images/imageRepository";

/** Where a repository is, as its registry says it. */
export interface RepositoryPlace {
  url: pulumi.Output<string>;
  arn: pulumi.Output<string>;
  repositoryName: pulumi.Output<string>;
  registryId: pulumi.Output<string>;
  region: pulumi.Output<string>;
}

/** What private and public repositories have in common, made here or looked up: outputs, login and push commands. */
export abstract class RepositoryComponent extends pulumi.ComponentResource implements ImageRepository {
  abstract readonly kind: "private" | "public";
  abstract readonly tagSettings: TagMutabilitySettings | undefined;
  abstract readonly repository: pulumi.Resource;
  protected abstract readonly place: RepositoryPlace;
  /** The names that it had before, as its aliases say them. */
  protected readonly formerNames: readonly string[];
  private login: RegistryCredentials | undefined;

  constructor(
    type: string,
    /** The component's name in the program. */
    readonly logicalName: string,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(type, logicalName, {}, carriedOver(logicalName, opts));
    this.formerNames = aliasNames(opts);
  }

  /**
   * Address without a tag: `<account>.dkr.ecr.<region>.amazonaws.com/<name>`, or `public.ecr.aws/<alias>/<name>` for a
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

  /** Login for the registry, fetched once. Its password is secret and lives for 12 hours. */
  credentials(): RegistryCredentials {
    this.login ??= this.fetchCredentials();
    return this.login;
  }

  /** The commands that do by hand what the program does, as the console's "View push commands" shows them. */
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
