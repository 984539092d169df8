import { randomBytes } from "node:crypto";
import { type TemplateOccasion, templateFor } from "../../ecr/creationTemplates";
import type { GatewayContext } from "./context";
import { keptLifecyclePolicyText, keptPolicyText } from "./keptPolicy";
import { awsManagedKeyArn } from "./managedKey";
import type { RegistryAddress, RepositoryRecord } from "./state/records";
import { creationTemplates } from "./state/registrySettings";

/** The random part of a repository's namespace in Distribution: 128 bits. */
export function newRepositoryId(): string {
  return randomBytes(16).toString("hex");
}

/** Whether a push to a repository that is not there makes it. */
export function isCreatedOnPush(context: GatewayContext, registry: RegistryAddress, name: string): boolean {
  return findTemplate(context, registry, name, "CREATE_ON_PUSH") !== undefined;
}

/**
 * Makes a repository that ECR makes by itself, as the template for its name says, else with ECR's defaults; or gives the
 * one that somebody else has made meanwhile.
 */
export async function createByTemplate(
  context: GatewayContext,
  registry: RegistryAddress,
  name: string,
  occasion: TemplateOccasion,
): Promise<RepositoryRecord> {
  const template = findTemplate(context, registry, name, occasion);
  const { lifecyclePolicy, repositoryPolicy } = template ?? {};
  const { encryptionType = "AES256", kmsKey } = template?.encryptionConfiguration ?? {};
  await context.registries.ensurePrivate(registry.account, registry.region);
  const now = context.clock.now();
  const record: RepositoryRecord = {
    ...registry,
    id: newRepositoryId(),
    name,
    createdAt: now,
    imageTagMutability: template?.imageTagMutability ?? "MUTABLE",
    exclusionFilters: template?.imageTagMutabilityExclusionFilters?.map(({ filter = "" }) => ({
      filter,
      filterType: "WILDCARD",
    })),
    scanOnPush: false,
    encryptionType,
    kmsKey: encryptionType === "AES256" ? undefined : kmsKey || awsManagedKeyArn(context, registry),
    lifecyclePolicy: lifecyclePolicy ? { text: keptLifecyclePolicyText(lifecyclePolicy), putAt: now } : undefined,
    policyText: repositoryPolicy ? keptPolicyText(repositoryPolicy, registry.region) : undefined,
    resourceTags: Object.fromEntries((template?.resourceTags ?? []).map(({ Key = "", Value = "" }) => [Key, Value])),
  };
  return context.store.change(() => {
    const other = context.store.repository(registry, name);
    if (!other) context.store.putRepository(record);
    return other ?? record;
  });
}

function findTemplate(context: GatewayContext, registry: RegistryAddress, name: string, occasion: TemplateOccasion) {
  const templates = creationTemplates
    .all(context.store, registry)
    .map(({ key, value }) => ({ ...value, prefix: key, appliedFor: value.appliedFor ?? [] }));
  return templateFor(templates, name, occasion);
}
