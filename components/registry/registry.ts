import type * as ecr from "@pulumi/aws/ecr";
import type * as iam from "@pulumi/aws/iam";
import type * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import type { AccountRegion } from "../../ecr/names/accounts";
import { registryHost } from "../../ecr/names/imageReference";
import { regionFaults } from "../../ecr/names/regions";
import { coveredNames } from "../../ecr/names/repositoryPrefixes";
import { type AccountSettingName, accountSettingNames } from "../../ecr/registry/accountSettings";
import type { RegistryLocation } from "../../ecr/registry/serviceRoles";
import { InputChecks, isPlain, refuseInput } from "../inputChecks";
import { aliasNames, withChildAliases } from "../resourceOptions";
import { importIds, registryAdoptionFaults } from "./registryAdoption";
import type { RegistryArgs } from "./registryArgs";
import { createPullThroughCache, registryCacheFaults } from "./registryCache";
import type { KnownLocation, RegistryContext } from "./registryContext";
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
 * The settings of an account's private registry in one region. Use one component for each registry: a second one for
 * the same account and region is refused, even with another provider. AWS is asked for both before anything of the
 * component is created, even in a preview; while one of them is unknown, nothing is created and the check is deferred.
 * Policy, scanning, and replication settings from elsewhere are not overwritten unless `takeOver` is set: the role that
 * first creates them needs `cloudformation:GetResource`, and `ecr:Describe*` and `ecr:Get*`, to see what exists.
 *
 * Throws InputRefused with every fault of the arguments before anything is registered. What only AWS knows (the
 * account, the provider's region) is compared with the arguments before anything is created.
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
  /** URL to pull an upstream's images from, by the cache rule's prefix: append `/<image>:<tag>`. */
  readonly cacheUrls: Readonly<Record<string, pulumi.Output<string>>>;
  /** The registry's policy, if one was requested. */
  readonly policy: ecr.RegistryPolicy | undefined;
  /** The scanning configuration; undefined with `scanning: false`. */
  readonly scanning: ecr.RegistryScanningConfiguration | undefined;
  /** The replication configuration, when rules were given. */
  readonly replication: ecr.ReplicationConfiguration | undefined;
  /** By prefix. */
  readonly pullThroughCacheRules: ReadonlyMap<string, ecr.PullThroughCacheRule>;
  /** Secrets created for cache rules, by the rules' prefix. */
  readonly secrets: ReadonlyMap<string, secretsmanager.Secret>;
  /** The role created for cache rules. */
  readonly cacheRole: iam.Role | undefined;
  /** By prefix. */
  readonly creationTemplates: ReadonlyMap<string, ecr.RepositoryCreationTemplate>;
  /** The role created for creation templates. */
  readonly templateRole: iam.Role | undefined;
  /** By ECR's name of the setting. */
  readonly accountSettings: ReadonlyMap<AccountSettingName, ecr.AccountSetting>;
  /** One for each excluded role or user, in the order of the arguments. */
  readonly pullTimeExclusions: readonly ecr.PullTimeUpdateExclusion[];

  constructor(name: string, args: RegistryArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const subject = `Registry ${JSON.stringify(name)}`;
    const checks = new InputChecks(subject);
    checks.add(registryFaults(name, args));
    checks.refuse();
    super("ecr:index:Registry", name, {}, withChildAliases(name, opts));

    const formerNames = aliasNames(opts);
    const found = registryLocation(args.region, this);
    const location = found.apply(async (resolved) => {
      claimRegistry(name, subject, resolved);
      refuseInput(subject, faultsIn(args, resolved));
      refuseInput(subject, await ownershipFaults(args, resolved, [name, ...formerNames], this));
      return resolved;
    });
    const { region, tags } = args;
    const importId = importIds(args, accountSettingNames);
    const context: RegistryContext = { name, formerNames, subject, location, importId, parent: this, region, tags };

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
    // A refusal is shown cleanly only when these outputs do not fail along with it.
    this.registerOutputs(outputsOf(found, prefixes));
  }
}

/** A Registry's outputs that depend on its location. */
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
 * Faults of a Registry with this name and these arguments, as far as they are known; empty when there are none.
 *
 * @example
 * const faults = registryFaults("registry", { replicateFrom: ["210987654321"] });
 */
export function registryFaults(name: string, args: RegistryArgs): Fault[] {
  const wrong = registryTypeFaults(args);
  // The checks below rely on the types.
  if (wrong.length > 0) return wrong;
  const region = args.region !== undefined && isPlain(args.region) ? args.region : undefined;
  return [
    ...(region === undefined ? [] : regionFaults(region, "region")),
    ...childNameFaults(name, args),
    ...faultsIn(args, region === undefined ? {} : { region }),
  ];
}

/** Every fault of the arguments, as far as the registry's location is known. */
function faultsIn(args: RegistryArgs, location: KnownLocation | AccountRegion): Fault[] {
  return [
    ...registryPolicyFaults(args, location),
    ...(args.scanning === false ? [] : registryScanningFaults(args.scanning ?? {})),
    ...registryReplicationFaults(args.replication ?? [], location),
    ...registryCacheFaults(args.pullThroughCache ?? [], location),
    ...registryTemplateFaults(args.creationTemplates ?? [], location),
    ...registryAccountSettingFaults(args.accountSettings ?? {}),
    ...registryExclusionFaults(args.pullTimeExclusions ?? [], location),
    ...registryAdoptionFaults(args, location),
  ];
}

/** A role's name has 64 characters, minus `-creation-templates` and Pulumi's suffix of eight. */
const childNameMaximum = 37;

/** Secrets and roles are named after the component. */
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
      rule: `the component's name is a prefix of names of secrets and roles: it must have at most ${childNameMaximum} letters, digits and \`_+=.@-\`.`,
      fix: "give the component such a name.",
    },
  ];
}

function hostOf(account: string, region: string, domain: string): string {
  return registryHost({ kind: "ecr", account, region, domain, fips: false, dualStack: false }) ?? "";
}
