import type * as pulumi from "@pulumi/pulumi";
import type { PolicyDocument } from "../../ecr/accessPolicy";
import type { TemplateOccasion } from "../../ecr/registry/creationTemplates";
import type { UpstreamRegistry } from "../../ecr/registry/upstreamRegistries";
import type { ImageTagMutability } from "../../ecr/tags/tagMutability";
import type { LifecycleInput } from "../lifecycleInput";

/** Settings of one account's private registry in one region. Omitted settings are unchanged, except scanning. */
export interface RegistryArgs {
  /** Region of the registry. @default the provider's region */
  region?: pulumi.Input<string>;
  /**
   * The registry's own policy, at most 10,240 characters: who can replicate into it, import through the cache and, with
   * policy scope V2, perform any other action on its repositories.
   * @default none: the account's own identities only
   */
  policy?: pulumi.Input<string | PolicyDocument>;
  /** Accounts that can replicate into this registry: adds a statement to `policy`. @default none */
  replicateFrom?: readonly string[];
  /**
   * When images are scanned for known vulnerabilities. `false` leaves the registry's configuration unchanged.
   * @default { type: "basic", scanOnPush: ["*"] }: every image when it is pushed, at no charge
   */
  scanning?: RegistryScanningArgs | false;
  /** Where each push is replicated to: at most 10 rules and 25 different destinations. @default nowhere */
  replication?: readonly ReplicationRuleArgs[];
  /** Upstream registries whose images this one pulls and caches: at most 50. @default none */
  pullThroughCache?: readonly PullThroughCacheArgs[];
  /** Settings of the repositories that ECR creates itself. @default none: they are mutable and encrypted with AES256 */
  creationTemplates?: readonly CreationTemplateArgs[];
  /** @default the account's current settings */
  accountSettings?: AccountSettingsArgs;
  /**
   * ARNs of roles and users, such as scanners, whose pulls do not update an image's last pull time; at most 100 in an
   * account. A map with names of your own accepts ARNs that are known only later.
   * @default none
   */
  pullTimeExclusions?: readonly string[] | Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Adopts settings that exist in the registry and that no stack manages: the registry ID, which is the account, to
   * adopt everything the arguments describe; or an object that lists what exists, while the rest is created. Adopted
   * settings are imported, and then set to the arguments. Remove it after the first update.
   * @default none: settings are created
   */
  import?: string | RegistryAdoptionArgs;
  /**
   * Overwrite policy, scanning, and replication settings of the registry that this stack did not create. They are lost,
   * and deleted with this stack: repeat here what must be kept.
   * @default false: refused, already in the preview
   */
  takeOver?: boolean;
  /** Tags of the secrets and roles that are created, in addition to the provider's default tags. @default none */
  tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** What a registry already has: each part to import. */
export interface RegistryAdoptionArgs {
  /** The registry ID: the account, twelve digits. */
  registry: string;
  /** Whether it has a policy. @default false: the policy is created */
  policy?: boolean;
  /** Whether to import its scanning configuration. @default false: an existing one is overwritten */
  scanning?: boolean;
  /** Whether to import its replication configuration. @default false: an existing one is overwritten */
  replication?: boolean;
  /** Prefixes of its existing cache rules. @default none */
  pullThroughCache?: readonly string[];
  /** Prefixes of its existing creation templates. @default none */
  creationTemplates?: readonly string[];
  /** Names of settings in `accountSettings` to import: every account has them. @default none */
  accountSettings?: readonly (keyof AccountSettingsArgs)[];
  /** ARNs of its existing exclusions. @default none */
  pullTimeExclusions?: readonly string[];
}

/** In a filter, `*` matches any characters; a filter without `*` matches every repository whose name contains it. */
export interface RegistryScanningArgs {
  /** `basic`: ECR's own scanner. `enhanced`: Amazon Inspector, billed per image. @default "basic" */
  type?: "basic" | "enhanced";
  /** Filters for repositories that are scanned on push; at most 100. @default ["*"], unless `continuous` is given */
  scanOnPush?: readonly string[];
  /**
   * Filters for repositories that are scanned again with every new finding; `enhanced` only; at most 100.
   * @default none
   */
  continuous?: readonly string[];
}

/**
 * Every region is a destination in every account. Only later pushes are copied;
 * `npm run replication -- backfill` copies existing images.
 */
export interface ReplicationRuleArgs {
  /** At least one. */
  regions: readonly string[];
  /**
   * Twelve digits each. Another account's registry must allow this one (`replicateFrom`).
   * @default the registry's own account
   */
  accounts?: readonly string[];
  /** Name prefixes of the repositories to replicate: 1 to 100 prefixes of 2 to 256 characters. @default all */
  repositories?: readonly string[];
  /**
   * Whether deleted images and tags are deleted at the destinations too. ECR supports it (`deleteReplication`), the AWS
   * provider does not: `true` is refused, because the provider would reset it with the next change of a rule.
   * @default false
   */
  deletes?: boolean;
}

/** An upstream registry whose images this one pulls on demand and caches. */
export interface PullThroughCacheArgs {
  /**
   * The upstream by ECR's name for it (`docker-hub`), or its host: `<account>.dkr.ecr.<region>.amazonaws.com` for
   * another ECR registry of the same partition (ECR's API knows no FIPS and no dual-stack host here),
   * `<name>.azurecr.io` for Azure.
   */
  upstream: UpstreamRegistry | (string & {});
  /**
   * Prefix of the repositories that keep its images: 2 to 30 characters, or `ROOT`; single `.`, `_` or `-` inside. A
   * change replaces the rule.
   * @default the upstream's name, such as `docker-hub`
   */
  prefix?: string;
  /**
   * Credentials for an upstream that requires them: creates the secret `ecr-pullthroughcache/…`, encrypted with the key
   * `aws/secretsmanager` (ECR accepts no other). Pass the token as a config secret: it stays secret in the state. A
   * removed secret can be restored for 30 days.
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
  /** For another account's ECR: creates a role that can pull what the rule names. @default false */
  createRole?: boolean;
  /** For another account's ECR: ARN of an existing role. @default none */
  customRoleArn?: pulumi.Input<string>;
  /** For an ECR upstream: prefix of its repositories, 2 to 30 characters or `ROOT`. @default "ROOT" */
  upstreamRepositoryPrefix?: string;
}

/** Settings of the repositories that ECR creates itself under a prefix. */
export interface CreationTemplateArgs {
  /**
   * Prefix of the names that get the template: 2 to 256 characters, or `ROOT` for all others. A change replaces the
   * template.
   */
  prefix: string;
  /** What ECR creates the repositories for; at least one reason. */
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
  /** Tags excluded from it: 1 to 5 patterns with at most two `*`. @default none */
  exclusionFilters?: readonly string[];
  /**
   * What expires: rules in the short form, a preset's name, ECR's own document, or `false` for nothing.
   * @default "service", and "pullThroughCache" for the pull-through cache alone
   */
  lifecyclePolicy?: LifecycleInput;
  /** The repositories' own policy. @default none */
  repositoryPolicy?: pulumi.Input<string | PolicyDocument>;
  /** Tags of the repositories: at most 50. @default none */
  resourceTags?: Readonly<Record<string, string>>;
  /**
   * ARN of a role that ECR assumes to create them.
   * @default created when tags or KMS need one, with only these permissions
   */
  customRoleArn?: pulumi.Input<string>;
}

/** Settings of the account in the registry's region. Settings that are left out or removed stay as they are. */
export interface AccountSettingsArgs {
  /** Which scanner basic scanning uses; only one is left. @default the account's current setting */
  basicScanTypeVersion?: "AWS_NATIVE";
  /**
   * Which actions the registry policy applies to: `V1` replication and the pull-through cache, `V2` all of ECR's.
   * @default the account's current setting
   */
  registryPolicyScope?: "V1" | "V2";
  /**
   * Whether a push can mount layers from another repository of the registry. @default the account's current setting
   */
  blobMounting?: boolean;
}
