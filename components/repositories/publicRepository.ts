import * as ecrpublic from "@pulumi/aws/ecrpublic";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import { publicRegionFaults, publicRegions } from "../../ecr/names/regions";
import { publicRepositoryNameFaults } from "../../ecr/names/repositoryNames";
import { resourceTagFaults } from "../../ecr/repository/resourceTags";
import { InputChecks } from "../inputChecks";
import { deleteBeforeReplaceOptions } from "../resourceOptions";
import { type Transform, transformed } from "../transform";
import { type AdoptionArgs, readAdoption } from "./adoption";
import { type CatalogDataArgs, readCatalogData } from "./catalogData";
import { refuseDuplicateRepository } from "./duplicateRepository";
import { ExistingPublicRepository, type ExistingPublicRepositoryArgs } from "./existingPublicRepository";
import { PublicRepositoryBase, publicRepositoryLocation } from "./publicRepositoryBase";
import { checkPublicAccess, type PublicAccessArgs, publicRepositoryPolicyText } from "./repositoryAccess";
import type { RepositoryPlace } from "./repositoryComponent";

/** Settings of a public repository; each has a default. */
export interface PublicRepositoryArgs {
  /**
   * Name after the registry's alias: 2 to 205 characters, lowercase letters, digits, `.`, `_`, `-` and `/`. A change
   * replaces the repository.
   * @default the component's name
   */
  repositoryName?: pulumi.Input<string>;
  /** What the public gallery shows. @default none */
  catalogData?: CatalogDataArgs;
  /** Who else can push. Anyone can pull. @default nobody but the account itself: no repository policy */
  access?: PublicAccessArgs;
  /**
   * Delete the repository even when it contains images.
   * @default false: `pulumi destroy` then fails and nothing is lost
   */
  forceDestroy?: boolean;
  /**
   * Refuse to delete or replace the repository, whatever the program says, until this is `false` again.
   * @default false
   */
  protect?: boolean;
  /** Leave the repository and its policy in AWS when they are removed from the program. @default false */
  retainOnDelete?: boolean;
  /**
   * Adopts an existing repository that no stack manages yet: its name, or its name and whether it has a repository
   * policy. All its settings are then set to those of the program. Without `access`, an existing policy stays there
   * unmanaged.
   * @default none: the repository is created
   */
  import?: string | AdoptionArgs;
  /** The only region with an ECR Public API that the provider supports. @default "us-east-1" */
  region?: string;
  /** Tags of the repository, in addition to the provider's default tags; at most 50. @default none */
  tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Transforms of single resources, for properties without an argument: `{ repository: (args, opts) => … }`.
   * @default none
   */
  transform?: PublicRepositoryTransforms;
}

/**
 * The resources of a public repository. Properties that other parts of the component depend on have an argument and
 * cannot be changed here.
 */
export interface PublicRepositoryTransforms {
  /** Not `repositoryName` and `region`. @default none */
  repository?: Transform<ecrpublic.RepositoryArgs>;
  /** @default none */
  repositoryPolicy?: Transform<ecrpublic.RepositoryPolicyArgs>;
}

/**
 * A repository in the public gallery: anyone can pull, without a login. It has no encryption settings, tag mutability,
 * scanning or lifecycle policy, because ECR Public has none.
 *
 * Throws InputRefused with every fault of the arguments before anything is registered.
 *
 * @example
 * const repository = new PublicRepository("petclinic", {
 *   catalogData: { description: "Spring PetClinic Demo", usageFile: "docs/usage.md", logoFile: "docs/logo.png" },
 * });
 * export const url = repository.url;
 */
export class PublicRepository extends PublicRepositoryBase {
  /** The underlying resource. */
  readonly repository: ecrpublic.Repository;
  protected readonly requestedName: pulumi.Input<string>;
  protected readonly place: RepositoryPlace;

  constructor(name: string, args: PublicRepositoryArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const checks = new InputChecks(`PublicRepository ${JSON.stringify(name)}`);
    const { repositoryName, region, catalogData, adoption, tags } = readSettings(name, args, checks);
    checks.refuse();
    super("ecr:index:PublicRepository", name, { ...opts, retainOnDelete: args.retainOnDelete ?? opts?.retainOnDelete });
    this.requestedName = repositoryName;
    this.repository = new ecrpublic.Repository(
      ...transformed<ecrpublic.RepositoryArgs>(checks.subject, args.transform?.repository, {
        key: "repository",
        name,
        args: {
          repositoryName: pulumi.output(repositoryName).apply((known) =>
            refuseDuplicateRepository({
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
        opts: {
          parent: this,
          protect: args.protect ?? opts?.protect,
          ...deleteBeforeReplaceOptions,
          import: adoption.repository,
        },
        fixed: ["repositoryName", "region"],
      }),
    );
    const policy = publicRepositoryPolicyText(checks.subject, args.access);
    if (policy !== undefined) {
      new ecrpublic.RepositoryPolicy(
        ...transformed<ecrpublic.RepositoryPolicyArgs>(checks.subject, args.transform?.repositoryPolicy, {
          key: "repositoryPolicy",
          name,
          args: { repositoryName: this.repository.repositoryName, policy, region },
          opts: { parent: this, protect: false, ...deleteBeforeReplaceOptions, import: adoption.repositoryPolicy },
          fixed: ["repositoryName", "region"],
        }),
      );
    }
    this.place = publicRepositoryLocation(this.repository);
    this.registerOutputs({ ...this.place, ...(args.retainOnDelete && { retainOnDelete: true }) });
  }

  /**
   * Looks up a public repository of the provider's account that is managed elsewhere, so that images can be pushed to
   * it. The repository itself is not changed.
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
 * Faults of a PublicRepository with this name and these arguments, as far as they are known; empty when there are none.
 *
 * @example
 * const [fault] = publicRepositoryFaults("petclinic", { region: "ap-northeast-2" });
 */
export function publicRepositoryFaults(name: string, args: PublicRepositoryArgs): Fault[] {
  const checks = new InputChecks(name);
  readSettings(name, args, checks);
  return checks.faults;
}

/** The arguments with their defaults; what ECR Public would refuse is added to `checks`. */
function readSettings(name: string, given: PublicRepositoryArgs, checks: InputChecks) {
  const args = checks.typed(given, { forceDestroy: "boolean", protect: "boolean", retainOnDelete: "boolean" });
  const region = args.region ?? publicRegions[0];
  checks.add(publicRegionFaults(region, "region"));
  // The region is always set, because the provider's own is usually a different one.
  const adoption = readAdoption(args.import, { ...args, region }, publicRepositoryNameFaults, checks);
  const repositoryName = checks.input(adoption.repositoryName ?? args.repositoryName ?? name, (value) =>
    // The name of an adopted repository is checked in `import`.
    adoption.repositoryName === undefined ? publicRepositoryNameFaults(value, "repositoryName") : [],
  );
  const catalogData = readCatalogData(args.catalogData, checks);
  checkPublicAccess(args.access, checks);
  const tags = args.tags && checks.input(args.tags, (value) => resourceTagFaults(value, "tags"));
  return { repositoryName, region, catalogData, adoption, tags };
}
