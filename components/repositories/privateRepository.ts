import * as ecr from "@pulumi/aws/ecr";
import type * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import type { TagMutabilitySettings } from "../../ecr/tags/tagMutability";
import { InputChecks } from "../inputChecks";
import { type KmsKeyArn, kmsKeyArn } from "../kmsKeyArn";
import { warnOfSplitTagLists } from "../lifecycleInput";
import { createdOutputs, deleteBeforeReplaceOptions } from "../resourceOptions";
import { transformed } from "../transform";
import { adoptable } from "./adoptedEncryption";
import { createCustomerKey } from "./customerKey";
import { refuseDuplicateRepository } from "./duplicateRepository";
import { ExistingPrivateRepository, type ExistingPrivateRepositoryArgs } from "./existingPrivateRepository";
import {
  type PrivateRepositoryArgs,
  type PrivateRepositorySettings,
  readPrivateRepositorySettings,
} from "./privateRepositoryArgs";
import { PrivateRepositoryBase, type PrivateRepositoryName } from "./privateRepositoryBase";
import { repositoryPolicyText } from "./repositoryAccess";
import type { RepositoryPlace } from "./repositoryComponent";

/**
 * A private ECR repository with its lifecycle policy and, optionally, a repository policy and its own KMS key. Only IAM
 * identities can pull.
 *
 * Throws InputRefused with every fault of the arguments before anything is registered.
 *
 * @example
 * const repository = new PrivateRepository("petclinic", {
 *   exclusionFilters: ["latest"],
 *   protectedTags: ["v*"],
 *   access: { pullFrom: ["o-a1b2c3d4e5"] },
 * });
 * export const url = repository.url;
 */
export class PrivateRepository extends PrivateRepositoryBase {
  /** Which tags can be moved. */
  readonly tagSettings: TagMutabilitySettings;
  /** The underlying resource. */
  readonly repository: ecr.Repository;
  /** The customer managed key, when one was created. */
  readonly key: kms.Key | undefined;
  protected readonly requested: PrivateRepositoryName;
  protected readonly place: RepositoryPlace;

  constructor(name: string, args: PrivateRepositoryArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const checks = new InputChecks(`PrivateRepository ${JSON.stringify(name)}`);
    const settings = readPrivateRepositorySettings(name, args, checks);
    checks.refuse();
    super("ecr:index:PrivateRepository", name, {
      ...opts,
      retainOnDelete: args.retainOnDelete ?? opts?.retainOnDelete,
    });
    const { repositoryName, tagSettings, tags } = settings;
    const { region } = args;
    const protect = args.protect ?? opts?.protect;
    this.tagSettings = tagSettings;
    this.requested = { repositoryName, ...(region && { region }) };
    this.key = args.createKey
      ? createCustomerKey(
          name,
          {
            ...{ subject: checks.subject, repositoryName, region, tags, transform: args.transform?.key },
            deletionWindowInDays: args.keyDeletionWindowDays,
          },
          this,
          protect,
        )
      : undefined;
    const given = kmsKeyArn(checks.subject, settings.kmsKey, region, this);
    const kmsKey = this.key?.arn ?? given.arn;
    this.repository = new ecr.Repository(
      ...transformed<ecr.RepositoryArgs>(checks.subject, args.transform?.repository, {
        key: "repository",
        name,
        args: {
          name: pulumi.all([repositoryName, region]).apply(([known, place]) =>
            refuseDuplicateRepository({
              type: "aws:ecr/repository:Repository",
              repositoryName: known,
              region: place,
              names: [name, ...this.formerNames],
              subject: checks.subject,
              parent: this,
            }),
          ),
          encryptionConfigurations: [{ encryptionType: settings.encryptionType, ...(kmsKey && { kmsKey }) }],
          imageTagMutability: tagSettings.imageTagMutability,
          ...(tagSettings.exclusionFilters && {
            imageTagMutabilityExclusionFilters: [...tagSettings.exclusionFilters],
          }),
          imageScanningConfiguration: { scanOnPush: args.scanOnPush ?? true },
          forceDelete: args.forceDelete ?? false,
          region,
          tags,
        },
        opts: {
          parent: this,
          protect,
          ...deleteBeforeReplaceOptions,
          // Without its own key the provider would see no difference: the key would be deleted, and the images with it.
          replacementTrigger: args.createKey ? "a key of its own" : "no key of its own",
          import: settings.adoption.repository,
          dependsOn: this.preconditions(settings, given, checks.subject),
        },
        fixed: ["name", "region", "imageTagMutability", "imageTagMutabilityExclusionFilters"],
      }),
    );
    this.createPolicies(args, settings, checks.subject);
    this.place = createdOutputs(this.repository, {
      url: this.repository.repositoryUrl,
      arn: this.repository.arn,
      repositoryName: this.repository.name,
      registryId: this.repository.registryId,
      region: this.repository.region,
    });
    this.registerOutputs({ ...this.place, ...(args.retainOnDelete && { retainOnDelete: true }) });
  }

  /**
   * Looks up a private repository that is managed elsewhere, so that images can be pushed to it: by another stack,
   * another tool, or another account. The repository itself is not changed.
   *
   * @example
   * const shared = PrivateRepository.get("shared", { repositoryName: "platform/base", registryId: "210987654321" });
   * new ContainerImage("base", { context: "base", repositories: [shared] });
   */
  static get(
    name: string,
    args: ExistingPrivateRepositoryArgs = {},
    opts?: pulumi.ComponentResourceOptions,
  ): ExistingPrivateRepository {
    return new ExistingPrivateRepository(name, args, opts);
  }

  /** Conditions before the repository is registered: its key exists, and an adopted repository matches the program. */
  private preconditions(
    { encryptionType, adoption }: PrivateRepositorySettings,
    { arn: kmsKey, found }: KmsKeyArn,
    subject: string,
  ): pulumi.Output<pulumi.Resource[]> {
    const { repositoryName, region } = adoption;
    return repositoryName === undefined
      ? found
      : found.apply(() => adoptable(subject, { repositoryName, encryptionType, kmsKey, region }, this));
  }

  /** Lifecycle and repository policy. They are not protected, because they can always be restored. */
  private createPolicies(args: PrivateRepositoryArgs, settings: PrivateRepositorySettings, subject: string): void {
    const { adoption, lifecyclePolicy } = settings;
    const { region } = args;
    const repository = this.repository.name;
    if (lifecyclePolicy !== undefined) {
      warnOfSplitTagLists(subject, lifecyclePolicy, "lifecyclePolicy");
      new ecr.LifecyclePolicy(
        ...transformed<ecr.LifecyclePolicyArgs>(subject, args.transform?.lifecyclePolicy, {
          key: "lifecyclePolicy",
          name: this.logicalName,
          args: { repository, policy: lifecyclePolicy, region },
          opts: { parent: this, protect: false, ...deleteBeforeReplaceOptions },
          fixed: ["repository", "region"],
        }),
      );
    }
    const policy = repositoryPolicyText(subject, args.access, region, { parent: this });
    if (policy !== undefined) {
      new ecr.RepositoryPolicy(
        ...transformed<ecr.RepositoryPolicyArgs>(subject, args.transform?.repositoryPolicy, {
          key: "repositoryPolicy",
          name: this.logicalName,
          args: { repository, policy, region },
          opts: { parent: this, protect: false, ...deleteBeforeReplaceOptions, import: adoption.repositoryPolicy },
          fixed: ["repository", "region"],
        }),
      );
    }
  }
}
