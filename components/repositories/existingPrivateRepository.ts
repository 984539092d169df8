import * as ecr from "@pulumi/aws/ecr";
import type * as pulumi from "@pulumi/pulumi";
import { accountFaults } from "../../ecr/names/accounts";
import { regionFaults } from "../../ecr/names/regions";
import { privateRepositoryNameFaults } from "../../ecr/names/repositoryNames";
import { InputChecks } from "../inputChecks";
import { PrivateRepositoryBase, type PrivateRepositoryName } from "./privateRepositoryBase";
import type { RepositoryPlace } from "./repositoryComponent";

/** The repository to look up. */
export interface ExistingPrivateRepositoryArgs {
  /** Name in the registry. @default the lookup's name */
  repositoryName?: pulumi.Input<string>;
  /** Region of the registry. @default the provider's region */
  region?: pulumi.Input<string>;
  /** The account whose registry it is in, 12 digits. @default the provider's account */
  registryId?: pulumi.Input<string>;
}

/**
 * A private repository that is managed elsewhere, looked up: images can be pushed to it, and the repository itself is
 * not changed. `PrivateRepository.get` creates one. A preview fails when the repository does not exist.
 *
 * @example
 * const shared = PrivateRepository.get("shared", { repositoryName: "platform/base", registryId: "210987654321" });
 * export const url = shared.url;
 */
export class ExistingPrivateRepository extends PrivateRepositoryBase {
  /** Not known before the update: only a push shows whether a tag can be moved. */
  readonly tagSettings = undefined;
  /** Not a resource of the program, so nothing here can replace it. */
  readonly repository: pulumi.Resource = this;
  protected readonly requested: PrivateRepositoryName;
  protected readonly place: RepositoryPlace;

  constructor(name: string, args: ExistingPrivateRepositoryArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const checks = new InputChecks(`PrivateRepository.get ${JSON.stringify(name)}`);
    const repositoryName = checks.input(args.repositoryName ?? name, (value) =>
      privateRepositoryNameFaults(value, "repositoryName"),
    );
    const region = args.region && checks.input(args.region, (value) => regionFaults(value, "region"));
    const registryId = args.registryId && checks.input(args.registryId, (value) => accountFaults(value, "registryId"));
    checks.refuse();
    super("ecr:index:ExistingPrivateRepository", name, opts);
    this.requested = { repositoryName, ...(region && { region }), ...(registryId && { registryId }) };
    const found = ecr.getRepositoryOutput({ name: repositoryName, region, registryId }, { parent: this });
    this.place = {
      url: found.repositoryUrl,
      arn: found.arn,
      repositoryName: found.name,
      registryId: found.registryId,
      region: found.region,
    };
    this.registerOutputs({ ...this.place });
  }
}
