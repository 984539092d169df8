import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type EncryptionType, encryptionFaults } from "../ecr/encryption";
import type { Fault } from "../ecr/faults";
import { type PushCommands, pushCommands } from "../ecr/pushCommands";
import { regionFaults } from "../ecr/regions";
import { privateRepositoryNameFaults } from "../ecr/repositoryNames";
import { type ImageTagMutability, type TagMutabilitySettings, tagMutabilityFaults } from "../ecr/tagMutability";
import type { ImageBuild } from "./containerImage";
import { type ImageRepository, orUndefined, type RegistryCredentials, whenThere } from "./imageRepository";
import { InputChecks } from "./inputChecks";
import { type LifecycleInput, readLifecycle } from "./lifecycleInput";

export interface PrivateRepositoryArgs {
  /**
   * Name in the registry: 2 to 256 characters, lower-case letters, digits, `.`, `_`, `-` and `/`. A change replaces the
   * repository.
   * @default the component's name
   */
  repositoryName?: pulumi.Input<string>;
  /**
   * How images are encrypted at rest. Fixed when the repository is created: a change replaces it.
   * @default "kms", with the key that AWS manages for ECR (`alias/aws/ecr`) unless `kmsKey` or `createKey` is set
   */
  encryption?: "aes256" | "kms" | "kmsDsse";
  /** ARN of an existing KMS key in the repository's region. Not with `aes256`. */
  kmsKey?: pulumi.Input<string>;
  /**
   * Creates a customer key for this repository: rotated every year, deleted 30 days after the repository's removal.
   * Not with `aes256` or `kmsKey`.
   * @default false
   */
  createKey?: boolean;
  /**
   * Whether a tag can be moved to another image.
   * @default "IMMUTABLE"; "IMMUTABLE_WITH_EXCLUSION" when `exclusionFilters` are given
   */
  imageTagMutability?: ImageTagMutability;
  /**
   * Tags that are the exception: 1 to 5 patterns of at most 128 characters with at most two `*`, such as `latest`.
   * @default none
   */
  exclusionFilters?: string[];
  /** Scan each image for known vulnerabilities when it is pushed. @default true */
  scanOnPush?: boolean;
  /**
   * What expires: rules in words, a preset's name, ECR's own document (object or JSON text), or `false` for nothing ever.
   * @default "service": untagged images go after 7 days, the 50 newest content-tagged ones stay
   */
  lifecyclePolicy?: LifecycleInput;
  /** Delete the repository even when it holds images. @default false: `pulumi destroy` then fails and nothing is lost */
  forceDelete?: boolean;
  /** Region of the repository and all that belongs to it. @default the provider's region */
  region?: pulumi.Input<string>;
  /** Tags of the repository and its key, beside the provider's default tags. @default none */
  tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

const encryptionTypes: Record<NonNullable<PrivateRepositoryArgs["encryption"]>, EncryptionType> = {
  aes256: "AES256",
  kms: "KMS",
  kmsDsse: "KMS_DSSE",
};

/**
 * A private ECR repository with its lifecycle policy and, on request, its own KMS key. Only IAM identities pull.
 *
 * Throws InputRefused with every fault of the arguments before anything is registered.
 *
 * @example
 * const repository = new PrivateRepository("petclinic", { exclusionFilters: ["latest"] });
 * export const url = repository.url;
 */
export class PrivateRepository extends pulumi.ComponentResource implements ImageRepository {
  readonly kind = "private";
  readonly logicalName: string;
  readonly tagSettings: TagMutabilitySettings;
  /** `<account>.dkr.ecr.<region>.amazonaws.com/<name>` */
  readonly url: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  readonly repositoryName: pulumi.Output<string>;
  /** Account that the registry belongs to. */
  readonly registryId: pulumi.Output<string>;
  readonly region: pulumi.Output<string>;
  /** The underlying resource. */
  readonly repository: aws.ecr.Repository;
  /** The customer key, when one was asked for. */
  readonly key: aws.kms.Key | undefined;
  private readonly requestedName: pulumi.Input<string>;
  private readonly requestedRegion: pulumi.Input<string> | undefined;
  private login: RegistryCredentials | undefined;

  constructor(name: string, args: PrivateRepositoryArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const checks = new InputChecks(`PrivateRepository ${JSON.stringify(name)}`);
    const settings = readSettings(name, args, checks);
    checks.refuse();
    super("ecr:index:PrivateRepository", name, {}, opts);
    this.logicalName = name;
    this.tagSettings = settings.tagSettings;
    this.requestedName = settings.repositoryName;
    this.requestedRegion = args.region;

    const { region, tags } = args;
    const child = { parent: this };
    this.key = args.createKey ? createKey(name, settings.repositoryName, { region, tags }, child) : undefined;
    const kmsKey = this.key?.arn ?? settings.kmsKey;
    this.repository = new aws.ecr.Repository(
      name,
      {
        name: settings.repositoryName,
        encryptionConfigurations: [{ encryptionType: settings.encryptionType, ...(kmsKey && { kmsKey }) }],
        imageTagMutability: settings.tagSettings.imageTagMutability,
        ...(settings.tagSettings.exclusionFilters && {
          imageTagMutabilityExclusionFilters: [...settings.tagSettings.exclusionFilters],
        }),
        imageScanningConfiguration: { scanOnPush: args.scanOnPush ?? true },
        forceDelete: args.forceDelete ?? false,
        region,
        tags,
      },
      child,
    );
    if (settings.lifecyclePolicy !== undefined) {
      new aws.ecr.LifecyclePolicy(
        name,
        { repository: this.repository.name, policy: settings.lifecyclePolicy, region },
        child,
      );
    }

    this.url = this.repository.repositoryUrl;
    this.arn = this.repository.arn;
    this.repositoryName = this.repository.name;
    this.registryId = this.repository.registryId;
    this.region = this.repository.region;
    this.registerOutputs({
      url: this.url,
      arn: this.arn,
      repositoryName: this.repositoryName,
      registryId: this.registryId,
      region: this.region,
    });
  }

  credentials(): RegistryCredentials {
    if (this.login === undefined) {
      const token = aws.ecr.getAuthorizationTokenOutput(
        { registryId: this.registryId, region: this.region },
        { parent: this },
      );
      this.login = {
        server: token.proxyEndpoint,
        username: token.userName,
        password: pulumi.secret(token.password),
      };
    }
    return this.login;
  }

  findDigest(tag: string, after?: pulumi.Input<unknown>): pulumi.Output<string | undefined> {
    return pulumi
      .all([this.requestedName, this.requestedRegion, whenThere(this.repository), after])
      .apply(async ([repositoryName, region]) => {
        const image = await orUndefined(aws.ecr.getImage({ repositoryName, imageTag: tag, region }, { parent: this }));
        return image?.imageDigest;
      });
  }

  /** The commands that do by hand what the program does, as the console's "View push commands" shows them. */
  pushCommands(build?: ImageBuild): pulumi.Output<PushCommands> {
    return pulumi
      .all([this.region, this.url, this.repositoryName])
      .apply(([region, repositoryUrl, imageName]) =>
        pushCommands({ kind: this.kind, region, repositoryUrl, imageName, tag: "latest", ...build }),
      );
  }
}

/** Why a PrivateRepository of this name and these arguments would be refused: every fault of what is known, or none. */
export function privateRepositoryFaults(name: string, args: PrivateRepositoryArgs): Fault[] {
  const checks = new InputChecks(name);
  readSettings(name, args, checks);
  return checks.faults;
}

/** Which tags of a PrivateRepository with these arguments can be moved. */
export function privateTagSettings(
  args: Pick<PrivateRepositoryArgs, "imageTagMutability" | "exclusionFilters">,
): TagMutabilitySettings {
  const exclusionFilters = args.exclusionFilters?.map((filter) => ({ filter, filterType: "WILDCARD" as const }));
  return {
    imageTagMutability: args.imageTagMutability ?? (exclusionFilters ? "IMMUTABLE_WITH_EXCLUSION" : "IMMUTABLE"),
    exclusionFilters,
  };
}

/** The arguments with their defaults, as ECR names them; what ECR would refuse goes to `checks`. */
function readSettings(name: string, args: PrivateRepositoryArgs, checks: InputChecks) {
  const repositoryName = checks.input(args.repositoryName ?? name, (value) =>
    privateRepositoryNameFaults(value, "repositoryName"),
  );

  const encryption = args.encryption ?? "kms";
  const encryptionType = encryptionTypes[encryption];
  if (encryptionType === undefined) {
    checks.add([
      {
        path: "encryption",
        value: encryption,
        rule: "encryption is one of three kinds.",
        fix: `write one of ${Object.keys(encryptionTypes).join(", ")}.`,
      },
    ]);
  }
  const region = typeof args.region === "string" ? args.region : undefined;
  if (region !== undefined) checks.add(regionFaults(region, "region"));
  const kmsKey =
    args.kmsKey === undefined
      ? undefined
      : checks.input(args.kmsKey, (value) => encryptionFaults({ encryptionType, kmsKey: value }, "", region));
  if (args.createKey && (args.kmsKey !== undefined || encryptionType === "AES256")) {
    checks.add([
      {
        path: "createKey",
        value: args.createKey,
        rule: "a key is created only for KMS encryption without a given key.",
        fix: 'leave createKey out, or write encryption "kms" or "kmsDsse" without kmsKey.',
      },
    ]);
  }

  const tagSettings = privateTagSettings(args);
  checks.add(tagMutabilityFaults(tagSettings, ""));

  const lifecycle = readLifecycle(args.lifecyclePolicy ?? "service", "lifecyclePolicy");
  checks.add(lifecycle.faults);
  return {
    repositoryName,
    encryptionType,
    kmsKey,
    tagSettings,
    lifecyclePolicy: lifecycle.text,
  };
}

/** A customer key that rotates, with an alias people can find it by. Its key policy is KMS's default: IAM decides. */
function createKey(
  name: string,
  repositoryName: pulumi.Input<string>,
  shared: Pick<PrivateRepositoryArgs, "region" | "tags">,
  opts: pulumi.CustomResourceOptions,
): aws.kms.Key {
  const key = new aws.kms.Key(
    name,
    {
      description: pulumi.interpolate`Images of the ECR repository ${repositoryName}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      ...shared,
    },
    opts,
  );
  new aws.kms.Alias(
    name,
    {
      // Repository names may hold dots, alias names may not.
      name: pulumi.output(repositoryName).apply((text) => `alias/ecr/${text.replaceAll(".", "-")}`),
      targetKeyId: key.keyId,
      region: shared.region,
    },
    opts,
  );
  return key;
}
