import type * as pulumi from "@pulumi/pulumi";
import type { PolicyDocument } from "../../ecr/accessPolicy";
import type { TemplateOccasion } from "../../ecr/creationTemplates";
import type { UpstreamRegistry } from "../../ecr/pullThroughCache";
import type { ImageTagMutability } from "../../ecr/tagMutability";
import type { LifecycleInput } from "../lifecycleInput";

/** Settings of one account's private registry in one region. Whatever is left out is left as it is, but for scanning. */
export interface RegistryArgs {
  /** Region of the registry. @default the provider's region */
  region?: pulumi.Input<string>;
  /**
   * The registry's own policy, at most 10,240 characters: who may replicate into it, import through the cache, and, with
   * the policy scope V2, anything else on its repositories.
   * @default none: the account's own identities only
   */
  policy?: pulumi.Input<string | PolicyDocument>;
  /** Accounts that may replicate into this registry: a statement more in `policy`. @default none */
  replicateFrom?: readonly string[];
  /**
   * When images are scanned for known vulnerabilities. `false` leaves the registry's configuration as it is.
   * @default { type: "basic", scanOnPush: ["*"] }: every image when it is pushed, at no charge
   */
  scanning?: RegistryScanningArgs | false;
  /** Where each push is copied to: at most 10 rules, 25 different destinations. @default nowhere */
  replication?: readonly ReplicationRuleArgs[];
  /** Other registries whose images this one fetches and keeps: at most 50. @default none */
  pullThroughCache?: readonly PullThroughCacheArgs[];
  /** What repositories get that ECR creates by itself. @default none: they are mutable and encrypted with AES256 */
  creationTemplates?: readonly CreationTemplateArgs[];
  /** @default each as the account has it */
  accountSettings?: AccountSettingsArgs;
  /**
   * Roles and users, by ARN, whose pulls do not count as use of an image, such as scanners; at most 100 in an account.
   * A map, of names of one's own, takes ARNs that are known later.
   * @default none
   */
  pullTimeExclusions?: readonly string[] | Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Overwrite policy, scanning and replication that the registry has and this stack did not make. They are lost, and go
   * with this stack: write here what has to stay.
   * @default false: refused, in the preview already
   */
  takeOver?: boolean;
  /** Tags of the secrets and roles that are created, beside the provider's default tags. @default none */
  tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** In a filter, `*` is for any characters; without one, a repository fits whose name contains the text. */
export interface RegistryScanningArgs {
  /** `basic`: ECR's own scanner. `enhanced`: Amazon Inspector, for a price by image. @default "basic" */
  type?: "basic" | "enhanced";
  /** Filters for repositories that are scanned on push; at most 100. @default ["*"], unless `continuous` is given */
  scanOnPush?: readonly string[];
  /** Filters for repositories that are scanned again with every new finding; `enhanced` only; at most 100. @default none */
  continuous?: readonly string[];
}

/**
 * Every region is a destination in every account. Only what is pushed from then on is copied; `npm run replication -- backfill`
 * copies what is there.
 */
export interface ReplicationRuleArgs {
  /** At least one. */
  regions: readonly string[];
  /** Twelve digits each. Another account's registry must let this one in (`replicateFrom`). @default the own account */
  accounts?: readonly string[];
  /** How the names of the repositories begin that are replicated: 1 to 100 of 2 to 256 characters. @default all */
  repositories?: readonly string[];
  /**
   * Whether a deleted image or tag goes at the destinations too. ECR can (`deleteReplication`), the AWS provider cannot say it:
   * `true` is refused, as the provider would take it back with the next change of a rule.
   * @default false
   */
  deletes?: boolean;
}

/** Another registry whose images this one fetches when they are pulled here, and keeps. */
export interface PullThroughCacheArgs {
  /**
   * The upstream by ECR's name for it (`docker-hub`), or its host: `<account>.dkr.ecr.<region>.amazonaws.com` for another
   * ECR registry of the same partition (ECR's API knows no FIPS and no dual-stack host here), `<name>.azurecr.io` for Azure.
   */
  upstream: UpstreamRegistry | (string & {});
  /**
   * Prefix of the repositories that keep its images: 2 to 30 characters, or `ROOT`; single `.`, `_` or `-` inside. A
   * change replaces the rule.
   * @default the upstream's name, such as `docker-hub`
   */
  prefix?: string;
  /**
   * Credentials of an upstream that wants some: creates the secret `ecr-pullthroughcache/…`, encrypted with the key
   * `aws/secretsmanager` (ECR takes no other). Give the token as a config secret: it stays secret in the state. A secret
   * that is removed can be restored for 30 days.
   * @default none
   */
  credential?: {
    /** User name at the upstream. */
    username: pulumi.Input<string>;
    /** Access token; kept as a secret. */
    accessToken: pulumi.Input<string>;
  };
  /** ARN of an existing secret `ecr-pullthroughcache/…` in the same account and region. @default none */
  credentialArn?: pulumi.Input<string>;
  /** For another account's ECR: creates a role that may pull what the rule names. @default false */
  createRole?: boolean;
  /** For another account's ECR: ARN of an existing role. @default none */
  customRoleArn?: pulumi.Input<string>;
  /** For an ECR upstream: prefix of its repositories, 2 to 30 characters or `ROOT`. @default "ROOT" */
  upstreamRepositoryPrefix?: string;
}

/** What a repository gets that ECR creates by itself, below a prefix. */
export interface CreationTemplateArgs {
  /** Names below it get the template: 2 to 256 characters, or `ROOT` for all others. A change replaces the template. */
  prefix: string;
  /** What makes ECR create such a repository; at least one. */
  appliedFor: readonly TemplateOccasion[];
  /** At most 255 bytes in UTF-8. @default none */
  description?: string;
  /** How images are encrypted at rest. @default "kms", with the key that AWS manages unless `kmsKey` is set */
  encryption?: "aes256" | "kms" | "kmsDsse";
  /** ARN of an existing KMS key in the registry's region; no alias. Not with `aes256`. @default none */
  kmsKey?: pulumi.Input<string>;
  /**
   * Whether a tag can be moved to another image.
   * @default "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION" with `exclusionFilters`, and "MUTABLE" for the pull-through cache:
   * ECR cannot follow an upstream's tag that moves into an immutable repository
   */
  imageTagMutability?: ImageTagMutability;
  /** Tags that are the exception: 1 to 5 patterns with at most two `*`. @default none */
  exclusionFilters?: readonly string[];
  /**
   * What expires: rules in words, a preset's name, ECR's own document, or `false` for nothing ever.
   * @default "service", and "pullThroughCache" for the pull-through cache alone
   */
  lifecyclePolicy?: LifecycleInput;
  /** The repositories' own policy. @default none */
  repositoryPolicy?: pulumi.Input<string | PolicyDocument>;
  /** Tags of the repositories: at most 50. @default none */
  resourceTags?: Readonly<Record<string, string>>;
  /** ARN of a role that ECR takes on to create them. @default created when tags or KMS need one: it may do just that */
  customRoleArn?: pulumi.Input<string>;
}

/** Settings of the account in the registry's region. They stay as they are when they are left out, or taken out. */
export interface AccountSettingsArgs {
  /** Which scanner basic scanning uses; there is one left. @default as the account has it */
  basicScanTypeVersion?: "AWS_NATIVE";
  /** Which actions the registry policy speaks about: `V1` replication and the pull-through cache, `V2` all of ECR's. @default as the account has it */
  registryPolicyScope?: "V1" | "V2";
  /** Whether a push may take over layers that another repository of the registry holds already. @default as the account has it */
  blobMounting?: boolean;
}
