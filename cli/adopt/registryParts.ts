import type { PullThroughCacheRule, RepositoryCreationTemplate } from "@aws-sdk/client-ecr";
import { accountSettingNames, accountSettings } from "../../ecr/registry/accountSettings";
import { templateNeedsRole } from "../../ecr/registry/creationTemplates";
import type { RegistrySetting } from "../../ecr/registry/registrySetting";
import { upstreamRegistries, upstreamRegistryOf } from "../../ecr/registry/upstreamRegistries";
import { encryptionName } from "../../ecr/repository/encryption";
import { canonicalFormRule, isCanonicalPolicy } from "./canonicalPolicy";
import type { Entry } from "./commonSettings";
import { isPreserved, lifecycleOf } from "./preservedText";
import type { DescribedRegistry } from "./readRegistry";

/** One setting of a registry, or one entry of a setting that is a list. */
export interface RegistryPart {
  setting: RegistrySetting;
  /**
   * Identifies the entry as Terraform's state does: a prefix, an ARN or ECR's name of the account setting. Empty for
   * settings that exist once per registry.
   */
  key: string;
  /** Whether it still has the initial value of a new account. */
  isInitial: boolean;
  /** The value for the config, or the reason why it cannot be expressed. */
  written: { value: unknown } | { reason: string };
}

/** Lists all settings of a registry that the config has a property for. */
export function registryParts(found: DescribedRegistry, account: string): RegistryPart[] {
  const part = (setting: RegistrySetting, key: string, written: RegistryPart["written"], isInitial = false) => ({
    ...{ setting, key, isInitial, written },
  });
  const { policy, scanning, replication } = found;
  const isUnset = scanning?.scanType === "BASIC" && (scanning.rules ?? []).length === 0;
  return [
    ...(policy === undefined ? [] : [part("policy", "", policyOf(policy))]),
    ...(scanning === undefined ? [] : [part("scanning", "", scanningOf(scanning), isUnset)]),
    ...(replication.length === 0 ? [] : [part("replication", "", replicationOf(replication, account))]),
    ...found.cacheRules.map((rule) =>
      part("pullThroughCache", rule.ecrRepositoryPrefix ?? "", { value: cacheRuleOf(rule) }),
    ),
    ...found.templates.map((template) => part("creationTemplates", template.prefix ?? "", templateOf(template))),
    ...Object.entries(found.accountSettings).map(([name, value]) =>
      part(
        "accountSettings",
        name,
        { value: name === "BLOB_MOUNTING" ? value === "ENABLED" : value },
        value === accountSettings[name as keyof typeof accountSettings].default,
      ),
    ),
    ...found.exclusions.map((arn) => part("pullTimeExclusions", arn, { value: arn })),
  ];
}

/** Config properties for ECR's account settings. */
export const accountSettingArguments: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(accountSettingNames).map(([argument, name]) => [name, argument]),
);

function policyOf(text: string): RegistryPart["written"] {
  return isCanonicalPolicy(text) ? { value: JSON.parse(text) } : { reason: otherSpelling };
}

const otherSpelling = `the program writes policies in one form, in which this one would differ: ${canonicalFormRule}.`;

function scanningOf({ scanType, rules = [] }: NonNullable<DescribedRegistry["scanning"]>): RegistryPart["written"] {
  const filters = (frequency: string) =>
    rules.flatMap(({ scanFrequency, repositoryFilters = [] }) =>
      scanFrequency === frequency ? repositoryFilters.map(({ filter = "" }) => filter) : [],
    );
  const [scanOnPush, continuous] = [filters("SCAN_ON_PUSH"), filters("CONTINUOUS_SCAN")];
  const frequencies = rules.map(({ scanFrequency }) => String(scanFrequency));
  const odd = frequencies.find(
    (each, index) => !/^(SCAN_ON_PUSH|CONTINUOUS_SCAN)$/.test(each) || frequencies.indexOf(each) < index,
  );
  if (odd !== undefined) return { reason: `the config has no words for its rules with the frequency ${odd}.` };
  return {
    value: {
      ...(scanType === "ENHANCED" && { type: "enhanced" }),
      ...((scanOnPush.length > 0 || continuous.length === 0) && { scanOnPush }),
      ...(continuous.length > 0 && { continuous }),
    },
  };
}

function replicationOf(rules: DescribedRegistry["replication"], account: string): RegistryPart["written"] {
  if (rules.some(({ deleteReplication }) => deleteReplication?.enabled)) {
    return { reason: "it replicates deletions, which the AWS provider does not support and would reset." };
  }
  const written: Entry[] = [];
  for (const [index, { destinations, repositoryFilters = [] }] of rules.entries()) {
    const regions = [...new Set(destinations.map(({ region }) => region))];
    const accounts = [...new Set(destinations.map(({ registryId }) => registryId))];
    const all = regions.flatMap((region) => accounts.map((registryId) => `${registryId}/${region}`));
    const own = destinations.map(({ region, registryId }) => `${registryId}/${region}`);
    if (JSON.stringify(all) !== JSON.stringify(own)) {
      return {
        reason: `the destinations of its rule ${index + 1} are not every region in every account, region by region, as a rule of the config says them.`,
      };
    }
    const odd = repositoryFilters.find(({ filterType }) => filterType !== "PREFIX_MATCH");
    if (odd !== undefined) return { reason: `the config has no filters of the type ${odd.filterType}.` };
    written.push({
      regions,
      ...(JSON.stringify(accounts) !== JSON.stringify([account]) && { accounts }),
      ...(repositoryFilters.length > 0 && { repositories: repositoryFilters.map(({ filter }) => filter) }),
    });
  }
  return { value: written };
}

function cacheRuleOf(rule: PullThroughCacheRule): Entry {
  const { upstreamRegistryUrl: host = "", ecrRepositoryPrefix: prefix = "", upstreamRepositoryPrefix: within } = rule;
  const name = upstreamRegistryOf(host);
  // A short name implies a fixed host. Azure and ECR upstreams have a host per user.
  const isOneHost = name !== undefined && upstreamRegistries[name].host === host;
  return {
    upstream: isOneHost ? name : host,
    ...(prefix !== name && { prefix }),
    ...(rule.credentialArn && { credentialArn: rule.credentialArn }),
    ...(rule.customRoleArn && { customRoleArn: rule.customRoleArn }),
    // The provider does not treat an omitted prefix as ROOT, so omitting it would replace the rule.
    ...(within && (name === "ecr" || within !== "ROOT") && { upstreamRepositoryPrefix: within }),
  };
}

function templateOf(template: RepositoryCreationTemplate): RegistryPart["written"] {
  const { prefix, appliedFor, description, customRoleArn, lifecyclePolicy, repositoryPolicy } = template;
  const { resourceTags = [], imageTagMutability = "MUTABLE", imageTagMutabilityExclusionFilters = [] } = template;
  const { encryptionType = "AES256", kmsKey } = template.encryptionConfiguration ?? {};
  const needsRole = templateNeedsRole({ encryptionConfiguration: { encryptionType }, resourceTags });
  if (needsRole && !customRoleArn) return { reason: "it has tags or a KMS key and no role, and would get a new role." };
  if (repositoryPolicy && !isCanonicalPolicy(repositoryPolicy)) return { reason: otherSpelling };
  if (resourceTags.length === 1 && resourceTags[0]?.Key === "secure") {
    return { reason: 'its only tag is "secure", which Pulumi\'s config reads as a secret.' };
  }
  if (!isPreserved(description ?? "")) {
    const reason =
      "its description begins with a blank line, a tab, or a space before several lines, which Pulumi's config cannot hold.";
    return { reason };
  }
  return {
    value: {
      prefix,
      appliedFor,
      ...(description && { description }),
      ...(encryptionType !== "KMS" && { encryption: encryptionName(encryptionType) }),
      ...(kmsKey && { kmsKey }),
      imageTagMutability,
      ...(imageTagMutabilityExclusionFilters.length > 0 && {
        exclusionFilters: imageTagMutabilityExclusionFilters.map(({ filter }) => filter),
      }),
      lifecyclePolicy: lifecycleOf(lifecyclePolicy),
      ...(repositoryPolicy && { repositoryPolicy: JSON.parse(repositoryPolicy) }),
      ...(resourceTags.length > 0 && {
        resourceTags: Object.fromEntries(resourceTags.map(({ Key = "", Value = "" }) => [Key, Value])),
      }),
      ...(customRoleArn && { customRoleArn }),
    },
  };
}
