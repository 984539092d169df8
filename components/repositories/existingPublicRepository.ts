import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { publicRegions } from "../../ecr/regions";
import { publicRepositoryNameFaults } from "../../ecr/repositoryNames";
import { InputChecks } from "../inputChecks";
import { PublicImages, publicPlace } from "./publicImages";
import type { RepositoryPlace } from "./repositoryComponent";

/** Which repository is looked up. */
export interface ExistingPublicRepositoryArgs {
  /** Name behind the registry's alias. @default the look-up's name */
  repositoryName?: pulumi.Input<string>;
}

/**
 * A public repository of the provider's account that something else manages, looked up: images can be pushed to it, and
 * nothing of it is changed. `PublicRepository.get` makes one. A preview fails when there is no such repository.
 *
 * @example
 * const shared = PublicRepository.get("base", { repositoryName: "platform/base" });
 * export const url = shared.url;
 */
export class ExistingPublicRepository extends PublicImages {
  /** The resource as it was read. */
  readonly repository: aws.ecrpublic.Repository;
  protected readonly requestedName: pulumi.Input<string>;
  protected readonly place: RepositoryPlace;

  constructor(name: string, args: ExistingPublicRepositoryArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const checks = new InputChecks(`PublicRepository.get ${JSON.stringify(name)}`);
    const repositoryName = checks.input(args.repositoryName ?? name, (value) =>
      publicRepositoryNameFaults(value, "repositoryName"),
    );
    checks.refuse();
    super("ecr:index:ExistingPublicRepository", name, opts);
    this.requestedName = repositoryName;
    // The provider has no function for it: the resource is read, which manages nothing either.
    this.repository = aws.ecrpublic.Repository.get(
      name,
      pulumi.interpolate`${repositoryName}@${publicRegions[0]}`,
      undefined,
      { parent: this },
    );
    this.place = publicPlace(this.repository);
    this.registerOutputs({ ...this.place });
  }
}
