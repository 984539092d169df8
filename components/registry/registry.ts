import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AccountSettingName } from "../../ecr/accountSettings";
import type { RegistryPlace } from "../../ecr/accounts";
import type { Fault } from "../../ecr/faults";
import { registryHost } from "../../ecr/imageReference";
import { regionFaults } from "../../ecr/regions";
import { coveredNames } from "../../ecr/repositoryPrefixes";
import type { RegistryLocation } from "../../ecr/serviceRoles";
import { aliasNames, carriedOver } from "../aliasNames";
import { InputChecks, refuseInput } from "../inputChecks";
import type { RegistryArgs } from "./registryArgs";
import { createPullThroughCache, registryCacheFaults } from "./registryCache";
import { isPlain, type KnownPlace, type RegistryContext } from "./registryContext";
import { claimRegistry, registryLocation } from "./registryLocation";
import { ownershipFaults } from "./registryOwnership";
import { createRegistryPolicy, registryPolicyFaults } from "./registryPolicy";
import { createReplication, registryReplicationFaults } from "./registryReplication";
import { createScanning, registryScanningFaults } from "./registryScanning";
import {
  createAccountSettings,
  createExclusions,
  registryAccountSettingFaults,
  registryExclusionFaults,
} from "./registrySettings";
import { createTemplates, registryTemplateFaults } from "./registryTemplates";
import { registryTypeFaults } from "./registryTypes";

/**
 * The settings of an account's private registry in one region. One component for each registry: a second one for the
 * same account and region is refused, also through another provider. Both are asked of AWS before anything of the
 * component is created, in a preview too; while one of them is not known yet, nothing is created and the check waits.
 * Policy, scanning and replication that somebody else made are not overwritten unless `takeOver` says so: the role that
 * first makes them needs `cloudformation:GetResource`, and `ecr:Describe*` and `ecr:Get*`, to see what is there.
 *
 * Throws InputRefused with every fault of the arguments before anything is registered. What only AWS can tell (the
 * account, the provider's region) is held against the arguments before anything is created.
 *
 * @example
 * const registry = new Registry("registry", {
 *   replication: [{ regions: ["us-east-1"], repositories: ["prod/"] }],
 *   pullThroughCache: [
 *     { upstream: "ecr-public" },
 *     { upstream: "docker-hub", credential: { username: "pets", accessToken: config.requireSecret("dockerHubToken") } },
 *   ],
 *   creationTemplates: [{ prefix: "docker-hub", appliedFor: ["PULL_THROUGH_CACHE"] }],
 * });
 * export const mirror = registry.cacheUrls["docker-hub"];
 */
export class Registry extends pulumi.ComponentResource {
  /** Account that the registry belongs to. */
  readonly registryId: pulumi.Output<string>;
  /** Region of the registry. */
  readonly region: pulumi.Output<string>;
  /** `<account>.dkr.ecr.<region>.amazonaws.com` */
  readonly url: pulumi.Output<string>;
  /** Address to pull an upstream's images from, by the cache rule's prefix: append `/<image>:<tag>`. */
  readonly cacheUrls: Readonly<Record<string, pulumi.Output<string>>>;
  /** The registry's policy, when one was asked for. */
  readonly policy: aws.ecr.RegistryPolicy | undefined;
  /** When images are scanned; undefined with `scanning: false`. */
  readonly scanning: aws.ecr.RegistryScanningConfiguration | undefined;
  /** Where pushes are copied to, when rules were given. */
  readonly replication: aws.ecr.ReplicationConfiguration | undefined;
  /** By prefix. */
  readonly pullThroughCacheRules: ReadonlyMap<string, aws.ecr.PullThroughCacheRule>;
  /** The secrets that were created for cache rules, by their prefix. */
  readonly secrets: ReadonlyMap<string, aws.secretsmanager.Secret>;
  /** The role that was created for cache rules. */
  readonly cacheRole: aws.iam.Role | undefined;
  /** By prefix. */
  readonly creationTemplates: ReadonlyMap<string, aws.ecr.RepositoryCreationTemplate>;
  /** The role that was created for creation templates. */
  readonly templateRole: aws.iam.Role | undefined;
  /** By ECR's name of the setting. */
  readonly accountSettings: ReadonlyMap<AccountSettingName, aws.ecr.AccountSetting>;
  /** One for each role or user whose pulls do not count, in the order of the arguments. */
  readonly pullTimeExclusions: readonly aws.ecr.PullTimeUpdateExclusion[];

  constructor(name: string, args: RegistryArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const subject = `Registry ${JSON.stringify(name)}`;
    const checks = new InputChecks(subject);
    checks.add(registryFaults(name, args));
    checks.refuse();
    super("ecr:index:Registry", name, {}, carriedOver(name, opts));

    const formerNames = aliasNames(opts);
    const found = registryLocation(args.region, this);
    const location = found.apply(async (place) => {
      claimRegistry(name, subject, place);
      refuseInput(subject, faultsIn(args, place));
      refuseInput(subject, await ownershipFaults(args, place, [name, ...formerNames], this));
      return place;
    });
    const { region, tags } = args;
    const context: RegistryContext = { name, formerNames, subject, location, parent: this, region, tags };

    this.accountSettings = createAccountSettings(args.accountSettings ?? {}, context);
    this.policy = createRegistryPolicy(args, context, this.accountSettings.get("REGISTRY_POLICY_SCOPE"));
    this.scanning = args.scanning === false ? undefined : createScanning(args.scanning ?? {}, context);
    this.replication = args.replication?.length ? createReplication(args.replication, context) : undefined;
    const templates = createTemplates(args.creationTemplates ?? [], context);
    this.creationTemplates = templates.templates;
    this.templateRole = templates.role;
    const cache = createPullThroughCache(args.pullThroughCache ?? [], context);
    this.pullThroughCacheRules = cache.rules;
    this.secrets = cache.secrets;
    this.cacheRole = cache.role;
    this.pullTimeExclusions = createExclusions(args.pullTimeExclusions ?? [], context);

    const prefixes = [...cache.rules.keys()];
    const outputs = outputsOf(location, prefixes);
    this.registryId = outputs.registryId;
    this.region = outputs.region;
    this.url = outputs.url;
    this.cacheUrls = outputs.cacheUrls;
    // A refusal is shown as it is only when these outputs do not fail with it.
    this.registerOutputs(outputsOf(found, prefixes));
  }
}

/** What a Registry tells of the place where it is. */
function outputsOf(location: pulumi.Output<RegistryLocation>, prefixes: readonly string[]) {
  const url = location.apply(({ account, region, domain }) => hostOf(account, region, domain));
  const cacheUrls = prefixes.map((prefix) => [
    prefix,
    url.apply((host) => `${host}/${coveredNames(prefix)}`.replace(/\/$/, "")),
  ]);
  return {
    registryId: location.account,
    region: location.region,
    url,
    cacheUrls: Object.fromEntries(cacheUrls) as Record<string, pulumi.Output<string>>,
  };
}

/**
 * Why a Registry of this name and these arguments would be refused: every fault of what is known, or none.
 *
 * @example
 * const faults = registryFaults("registry", { replicateFrom: ["210987654321"] });
 */
export function registryFaults(name: string, args: RegistryArgs): Fault[] {
  const wrong = registryTypeFaults(args);
  // What follows reads them.
  if (wrong.length > 0) return wrong;
  const region = args.region !== undefined && isPlain(args.region) ? args.region : undefined;
  return [
    ...(region === undefined ? [] : regionFaults(region, "region")),
    ...childNameFaults(name, args),
    ...faultsIn(args, region === undefined ? {} : { region }),
  ];
}

/** Every fault of the arguments, as far as the registry's place is known. */
function faultsIn(args: RegistryArgs, place: KnownPlace | RegistryPlace): Fault[] {
  return [
    ...registryPolicyFaults(args, place),
    ...(args.scanning === false ? [] : registryScanningFaults(args.scanning ?? {})),
    ...registryReplicationFaults(args.replication ?? [], place),
    ...registryCacheFaults(args.pullThroughCache ?? [], place),
    ...registryTemplateFaults(args.creationTemplates ?? [], place),
    ...registryAccountSettingFaults(args.accountSettings ?? {}),
    ...registryExclusionFaults(args.pullTimeExclusions ?? [], place),
  ];
}

/** Characters that the name leaves of a role's 64 for `-creation-templates` and Pulumi's eight. */
const childNameMaximum = 37;

/** Secrets and roles are called after the component. */
function childNameFaults(name: string, args: RegistryArgs): Fault[] {
  const named =
    (args.creationTemplates ?? []).length > 0 ||
    (args.pullThroughCache ?? []).some(({ credential, createRole }) => credential || createRole);
  if (!named || (/^[A-Za-z0-9_+=.@-]+$/.test(name) && name.length <= childNameMaximum)) {
    return [];
  }
  return [
    {
      path: "name",
      value: name,
      rule: `the component's name begins those of secrets and roles: at most ${childNameMaximum} letters, digits and \`_+=.@-\`.`,
      fix: "give the component such a name.",
    },
  ];
}

function hostOf(account: string, region: string, domain: string): string {
  return registryHost({ kind: "ecr", account, region, domain, fips: false, dualStack: false }) ?? "";
}
