import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { TagMutabilitySettings } from "../../ecr/tagMutability";
import { InputChecks } from "../inputChecks";
import { type KmsKeyArn, kmsKeyArn } from "../kmsKeyArn";
import { warnOfSplitTagLists } from "../lifecycleInput";
import { madeOutputs } from "../madeOutputs";
import { replacedInPlace } from "../replacedInPlace";
import { adoptable } from "./adoptedEncryption";
import { createCustomerKey } from "./customerKey";
import { ExistingPrivateRepository, type ExistingPrivateRepositoryArgs } from "./existingPrivateRepository";
import { PrivateImages, type PrivateRepositoryName } from "./privateImages";
import type { PrivateRepositoryArgs } from "./privateRepositoryArgs";
import { type PrivateRepositorySettings, readPrivateRepositorySettings } from "./privateRepositorySettings";
import { repositoryPolicyText } from "./repositoryAccess";
import type { RepositoryPlace } from "./repositoryComponent";
import { refuseSecondName } from "./secondName";

/**
 * A private ECR repository with its lifecycle policy and, on request, its repository policy and its own KMS key. Only
 * IAM identities pull.
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
export class PrivateRepository extends PrivateImages {
  /** Which tags can be moved. */
  readonly tagSettings: TagMutabilitySettings;
  /** The underlying resource. */
  readonly repository: aws.ecr.Repository;
  /** The customer key, when one was asked for. */
  readonly key: aws.kms.Key | undefined;
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
          { repositoryName, deletionWindowInDays: args.keyDeletionWindowDays, region, tags },
          this,
          protect,
        )
      : undefined;
    const given = kmsKeyArn(checks.subject, settings.kmsKey, region, this);
    const kmsKey = this.key?.arn ?? given.arn;
    this.repository = new aws.ecr.Repository(
      name,
      {
        name: pulumi.all([repositoryName, region]).apply(([known, place]) =>
          refuseSecondName({
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
      {
        parent: this,
        protect,
        ...replacedInPlace,
        // Without a key of its own the provider sees no difference: the key would be deleted, and its images with it.
        replacementTrigger: args.createKey ? "a key of its own" : "no key of its own",
        import: settings.adoption.repository,
        dependsOn: this.preconditions(settings, given, checks.subject),
      },
    );
    this.createPolicies(args, settings, checks.subject);
    this.place = madeOutputs(this.repository, {
      url: this.repository.repositoryUrl,
      arn: this.repository.arn,
      repositoryName: this.repository.name,
      registryId: this.repository.registryId,
      region: this.repository.region,
    });
    this.registerOutputs({ ...this.place, ...(args.retainOnDelete && { retainOnDelete: true }) });
  }

  /**
   * Looks up a private repository that something else manages, so that images can be pushed to it: another stack, another
   * tool, another account. Nothing of it is changed.
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

  /** What has to hold before the repository is registered: its key is there, and an adopted one is what is asked for. */
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

  /** Lifecycle and repository policy. They can always be written anew, so protection is not for them. */
  private createPolicies(args: PrivateRepositoryArgs, settings: PrivateRepositorySettings, subject: string): void {
    const { adoption, lifecyclePolicy } = settings;
    const { region } = args;
    const repository = this.repository.name;
    if (lifecyclePolicy !== undefined) {
      warnOfSplitTagLists(subject, lifecyclePolicy, "lifecyclePolicy");
      new aws.ecr.LifecyclePolicy(
        this.logicalName,
        { repository, policy: lifecyclePolicy, region },
        { parent: this, protect: false, ...replacedInPlace },
      );
    }
    const policy = repositoryPolicyText(subject, args.access, region, { parent: this });
    if (policy !== undefined) {
      new aws.ecr.RepositoryPolicy(
        this.logicalName,
        { repository, policy, region },
        { parent: this, protect: false, ...replacedInPlace, import: adoption.repositoryPolicy },
      );
    }
  }
}
