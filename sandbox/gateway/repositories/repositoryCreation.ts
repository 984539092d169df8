import { randomBytes } from "node:crypto";
import { type TemplateOccasion, templateFor } from "../../../ecr/registry/creationTemplates";
import type { GatewayState } from "../state/gatewayState";
import type { RegistryAddress, RepositoryRecord } from "../state/records";
import { creationTemplates } from "../state/registrySettings";
import { awsManagedKeyArn } from "./managedKey";
import type { Registries } from "./registries";
import { storedLifecyclePolicyText, storedPolicyText } from "./storedPolicy";

/** The dependencies of repository creation. */
export interface CreationDependencies extends GatewayState {
  registries: Registries;
}

/** The random part of a repository's namespace in Distribution: 128 bits. */
export function newRepositoryId(): string {
  return randomBytes(16).toString("hex");
}

/** Whether a push to a missing repository creates it. */
export function isCreatedOnPush(context: CreationDependencies, registry: RegistryAddress, name: string): boolean {
  return findTemplate(context, registry, name, "CREATE_ON_PUSH") !== undefined;
}

/**
 * Creates a repository on ECR's own initiative, from the creation template for its name or ECR's defaults. Returns the
 * existing one when somebody else has created it in the meantime.
 */
export async function createByTemplate(
  context: CreationDependencies,
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
    lifecyclePolicy: lifecyclePolicy ? { text: storedLifecyclePolicyText(lifecyclePolicy), putAt: now } : undefined,
    policyText: repositoryPolicy ? storedPolicyText(repositoryPolicy, registry.region) : undefined,
    resourceTags: Object.fromEntries((template?.resourceTags ?? []).map(({ Key = "", Value = "" }) => [Key, Value])),
  };
  return context.store.change(() => {
    const other = context.store.repository(registry, name);
    if (!other) context.store.putRepository(record);
    return other ?? record;
  });
}

function findTemplate(
  context: CreationDependencies,
  registry: RegistryAddress,
  name: string,
  occasion: TemplateOccasion,
) {
  const templates = creationTemplates
    .all(context.store, registry)
    .map(({ key, value }) => ({ ...value, prefix: key, appliedFor: value.appliedFor ?? [] }));
  return templateFor(templates, name, occasion);
}
