import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import { publicRegionFaults, publicRegions } from "../../ecr/regions";
import { publicRepositoryNameFaults } from "../../ecr/repositoryNames";
import { resourceTagFaults } from "../../ecr/resourceTags";
import { InputChecks } from "../inputChecks";
import { replacedInPlace } from "../replacedInPlace";
import { type AdoptionArgs, readAdoption } from "./adoption";
import { type CatalogDataArgs, readCatalogData } from "./catalogData";
import { ExistingPublicRepository, type ExistingPublicRepositoryArgs } from "./existingPublicRepository";
import { PublicImages, publicPlace } from "./publicImages";
import { checkPublicAccess, type PublicAccessArgs, publicRepositoryPolicyText } from "./repositoryAccess";
import type { RepositoryPlace } from "./repositoryComponent";
import { refuseSecondName } from "./secondName";

/** All that a public repository can be told; each has a default. */
export interface PublicRepositoryArgs {
  /**
   * Name behind the registry's alias: 2 to 205 characters, lower-case letters, digits, `.`, `_`, `-` and `/`. A change
   * replaces the repository.
   * @default the component's name
   */
  repositoryName?: pulumi.Input<string>;
  /** What the public gallery shows. @default none */
  catalogData?: CatalogDataArgs;
  /** Who else may push. Anyone pulls. @default nobody beside the account itself: no repository policy */
  access?: PublicAccessArgs;
  /** Delete the repository even when it holds images. @default false: `pulumi destroy` then fails and nothing is lost */
  forceDestroy?: boolean;
  /**
   * Refuse to delete or replace the repository, whatever the program says, until this is `false` again.
   * @default false
   */
  protect?: boolean;
  /** Leave the repository and its policy in AWS when they are removed from the program. @default false */
  retainOnDelete?: boolean;
  /**
   * Takes over a repository that exists and that no stack manages yet: its name, or that and whether it has a repository
   * policy. All settings are then made what the program says. Without `access`, a policy that it has stays there
   * unmanaged.
   * @default none: the repository is created
   */
  import?: string | AdoptionArgs;
  /** The only region with an ECR Public API that the provider supports. @default "us-east-1" */
  region?: string;
  /** Tags of the repository, beside the provider's default tags; at most 50. @default none */
  tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * A repository of the public gallery: anyone pulls, without a login. It has no encryption settings, tag mutability,
 * scanning or lifecycle policy, since ECR Public has none.
 *
 * Throws InputRefused with every fault of the arguments before anything is registered.
 *
 * @example
 * const repository = new PublicRepository("petclinic", {
 *   catalogData: { description: "Spring PetClinic Demo", usageFile: "docs/usage.md", logoFile: "docs/logo.png" },
 * });
 * export const url = repository.url;
 */
export class PublicRepository extends PublicImages {
  /** The underlying resource. */
  readonly repository: aws.ecrpublic.Repository;
  protected readonly requestedName: pulumi.Input<string>;
  protected readonly place: RepositoryPlace;

  constructor(name: string, args: PublicRepositoryArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const checks = new InputChecks(`PublicRepository ${JSON.stringify(name)}`);
    const { repositoryName, region, catalogData, adoption, tags } = readSettings(name, args, checks);
    checks.refuse();
    super("ecr:index:PublicRepository", name, { ...opts, retainOnDelete: args.retainOnDelete ?? opts?.retainOnDelete });
    this.requestedName = repositoryName;
    this.repository = new aws.ecrpublic.Repository(
      name,
      {
        repositoryName: pulumi.output(repositoryName).apply((known) =>
          refuseSecondName({
            type: "aws:ecrpublic/repository:Repository",
            repositoryName: known,
            region,
            names: [name, ...this.formerNames],
            subject: checks.subject,
            parent: this,
          }),
        ),
        catalogData,
        forceDestroy: args.forceDestroy ?? false,
        region,
        tags,
      },
      { parent: this, protect: args.protect ?? opts?.protect, ...replacedInPlace, import: adoption.repository },
    );
    const policy = publicRepositoryPolicyText(checks.subject, args.access);
    if (policy !== undefined) {
      new aws.ecrpublic.RepositoryPolicy(
        name,
        { repositoryName: this.repository.repositoryName, policy, region },
        { parent: this, protect: false, ...replacedInPlace, import: adoption.repositoryPolicy },
      );
    }
    this.place = publicPlace(this.repository);
    this.registerOutputs({ ...this.place, ...(args.retainOnDelete && { retainOnDelete: true }) });
  }

  /**
   * Looks up a public repository of the provider's account that something else manages, so that images can be pushed to
   * it. Nothing of it is changed.
   *
   * @example
   * const shared = PublicRepository.get("base", { repositoryName: "platform/base" });
   * new ContainerImage("base", { context: "base", repositories: [shared] });
   */
  static get(
    name: string,
    args: ExistingPublicRepositoryArgs = {},
    opts?: pulumi.ComponentResourceOptions,
  ): ExistingPublicRepository {
    return new ExistingPublicRepository(name, args, opts);
  }
}

/**
 * Why a PublicRepository of this name and these arguments would be refused: every fault of what is known, or none.
 *
 * @example
 * const [fault] = publicRepositoryFaults("petclinic", { region: "ap-northeast-2" });
 */
export function publicRepositoryFaults(name: string, args: PublicRepositoryArgs): Fault[] {
  const checks = new InputChecks(name);
  readSettings(name, args, checks);
  return checks.faults;
}

/** The arguments with their defaults; what ECR Public would refuse goes to `checks`. */
function readSettings(name: string, given: PublicRepositoryArgs, checks: InputChecks) {
  const args = checks.typed(given, { forceDestroy: "boolean", protect: "boolean", retainOnDelete: "boolean" });
  const region = args.region ?? publicRegions[0];
  checks.add(publicRegionFaults(region, "region"));
  // The region is named: the provider's own is another one, as a rule.
  const adoption = readAdoption(args.import, { ...args, region }, publicRepositoryNameFaults, checks);
  const repositoryName = checks.input(adoption.repositoryName ?? args.repositoryName ?? name, (value) =>
    // The name of an adopted repository is checked where it is written.
    adoption.repositoryName === undefined ? publicRepositoryNameFaults(value, "repositoryName") : [],
  );
  const catalogData = readCatalogData(args.catalogData, checks);
  checkPublicAccess(args.access, checks);
  const tags = args.tags && checks.input(args.tags, (value) => resourceTagFaults(value, "tags"));
  return { repositoryName, region, catalogData, adoption, tags };
}
