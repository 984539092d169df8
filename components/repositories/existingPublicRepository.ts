import * as ecrpublic from "@pulumi/aws/ecrpublic";
import * as pulumi from "@pulumi/pulumi";
import { publicRegions } from "../../ecr/names/regions";
import { publicRepositoryNameFaults } from "../../ecr/names/repositoryNames";
import { InputChecks } from "../inputChecks";
import { PublicRepositoryBase, publicRepositoryLocation } from "./publicRepositoryBase";
import type { RepositoryPlace } from "./repositoryComponent";

/** The repository to look up. */
export interface ExistingPublicRepositoryArgs {
  /** Name after the registry's alias. @default the lookup's name */
  repositoryName?: pulumi.Input<string>;
}

/**
 * A public repository of the provider's account that is managed elsewhere, looked up: images can be pushed to it, and
 * the repository itself is not changed. `PublicRepository.get` creates one. A preview fails when the repository does
 * not exist.
 *
 * @example
 * const shared = PublicRepository.get("base", { repositoryName: "platform/base" });
 * export const url = shared.url;
 */
export class ExistingPublicRepository extends PublicRepositoryBase {
  /** The resource as it was read. */
  readonly repository: ecrpublic.Repository;
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
    // The provider has no function for it, so the resource is read, which manages nothing either.
    this.repository = ecrpublic.Repository.get(
      name,
      pulumi.interpolate`${repositoryName}@${publicRegions[0]}`,
      undefined,
      { parent: this },
    );
    this.place = publicRepositoryLocation(this.repository);
    this.registerOutputs({ ...this.place });
  }
}
