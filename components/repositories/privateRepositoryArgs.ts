import type * as pulumi from "@pulumi/pulumi";
import type { ImageTagMutability } from "../../ecr/tagMutability";
import type { LifecycleInput } from "../lifecycleInput";
import type { AdoptionArgs } from "./adoption";
import type { AccessArgs } from "./repositoryAccess";

/** All that a private repository can be told; each has a default. */
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
  /**
   * An existing KMS key in the repository's region: its ARN, id or alias. Not with `aes256`. An id or alias is looked up at
   * each run (`kms:DescribeKey`); an alias that has come to name another key replaces the repository, as another key does.
   * @default none
   */
  kmsKey?: pulumi.Input<string>;
  /**
   * Creates a customer key for this repository, with an alias: rotated every year, administered by the account, usable
   * through ECR only. Not with `aes256`, `kmsKey` or `import`. Written or taken away later, it replaces the repository.
   * @default false
   */
  createKey?: boolean;
  /**
   * Days between the removal of the repository's own key and its deletion, 7 to 30; until then it can be brought back.
   * Only with `createKey`.
   * @default 30
   */
  keyDeletionWindowDays?: number;
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
   * What expires: rules in words, a preset's name (`service`, `release`, `pullRequest`, `archive`, `pullThroughCache`),
   * ECR's own document (object or JSON text), or `false` for nothing ever.
   * @default "service": untagged images go after 7 days, the 50 newest content-tagged ones stay
   */
  lifecyclePolicy?: LifecycleInput;
  /**
   * Tags whose images no rule of the lifecycle expires or archives: patterns with at most four `*`, such as `v*`. Each
   * becomes a rule in front of the others, 50 rules in all.
   * @default none
   */
  protectedTags?: readonly string[];
  /** Who else may pull and push. @default nobody beside the account itself: no repository policy */
  access?: AccessArgs;
  /** Delete the repository even when it holds images. @default false: `pulumi destroy` then fails and nothing is lost */
  forceDelete?: boolean;
  /**
   * Refuse to delete or replace the repository and its own key, whatever the program says, until this is `false` again.
   * Use this rather than the resource option, which would keep the lifecycle policy from being changed.
   * @default false
   */
  protect?: boolean;
  /**
   * Leave the repository and all that belongs to it in AWS when they are removed from the program.
   * @default false
   */
  retainOnDelete?: boolean;
  /**
   * Takes over a repository that exists and that no stack manages yet: its name, or that and whether it has a repository
   * policy. All settings are then made what the program says, lifecycle and repository policy too. Its encryption cannot be
   * changed: the preview refuses another one and says what to write into `encryption` and `kmsKey`. With `lifecyclePolicy: false`, or without `access`, a policy that it has stays there unmanaged.
   * @default none: the repository is created
   */
  import?: string | AdoptionArgs;
  /** Region of the repository and all that belongs to it. @default the provider's region */
  region?: pulumi.Input<string>;
  /** Tags of the repository and its key, beside the provider's default tags; at most 50. @default none */
  tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}
