import assert from "node:assert/strict";
import { adoptedRegistries, type RegistryAdoption } from "../../cli/adopt/adoptedRegistries";
import type { DescribedRegistry } from "../../cli/adopt/readRegistry";
import { checkConfig } from "../../config/checkConfig";

// Registries as ECR describes them, and the config written for them.

export const region = "eu-west-1";
export const account = "012345678901";
export const other = "210987654321";
export const role = `arn:aws:iam::${account}:role/templates`;
export const secret = `arn:aws:secretsmanager:${region}:${account}:secret:ecr-pullthroughcache/hub-AbCdEf`;
export const policy = (action = "ecr:ReplicateImage") => ({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "Replicate",
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${other}:root` },
      Action: action,
      Resource: `arn:aws:ecr:${region}:${account}:repository/*`,
    },
  ],
});
export const rule = {
  rulePriority: 1,
  selection: { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber: 5 },
  action: { type: "expire" },
};
export const wildcard = (...filters: string[]) =>
  filters.map((filter) => ({ filter, filterType: "WILDCARD" as const }));

/** A registry in its initial state. */
export const untouched: DescribedRegistry = {
  region,
  policy: undefined,
  scanning: { scanType: "BASIC", rules: [] },
  replication: [],
  cacheRules: [],
  templates: [],
  accountSettings: { BASIC_SCAN_TYPE_VERSION: "AWS_NATIVE", REGISTRY_POLICY_SCOPE: "V2", BLOB_MOUNTING: "DISABLED" },
  exclusions: [],
  signing: [],
  unread: [],
};
export const initialSettings = { basicScanTypeVersion: "AWS_NATIVE", registryPolicyScope: "V2", blobMounting: false };

export const question: RegistryAdoption = {
  ...{ region, account },
  faultsOf: (values) => checkConfig(values, "ecr", region).faults ?? [],
};
export const of = (more: Partial<DescribedRegistry>, adoption: Partial<RegistryAdoption> = {}) =>
  adoptedRegistries([{ ...untouched, ...more }], { ...question, ...adoption });
/** The config written for a registry with these settings, without the parts that every registry gets. */
export const written = (more: Partial<DescribedRegistry>) => {
  const { registries, outside } = of(more);
  assert.deepEqual(outside, []);
  const { scanning, accountSettings, import: adopted, ...rest } = registries[region] ?? {};
  assert.equal(adopted, account);
  return {
    ...rest,
    ...("scanning" in more ? { scanning } : {}),
    ...("accountSettings" in more ? { accountSettings } : {}),
  };
};
/** What is left outside the stack for a registry with these settings and an exclusion. */
export const outside = (more: Partial<DescribedRegistry>) => {
  const found = of({ exclusions: [role], ...more });
  assert.deepEqual(found.registries[region]?.["pullTimeExclusions"], [role], "the rest is adopted");
  return { outside: found.outside, entry: found.registries[region] ?? {} };
};
