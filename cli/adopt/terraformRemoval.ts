import {
  type AdoptableResource,
  adoptableResources,
  isSameResource,
  type ManagedInstance,
  type TerraformEcr,
} from "./terraformState";

/** How to remove adopted resources from Terraform's state. */
export interface TerraformRemoval {
  /** Addresses, without keys, of resources with every instance adopted. */
  resources: string[];
  /** Addresses of adopted instances of all other resources. */
  instances: string[];
  /** Things in the state that were not adopted: `private/team/app`, `pullThroughCache/quay`, `scanning`. */
  left: string[];
}

/**
 * What to remove from Terraform's state: adopted repositories with their policies, and adopted settings, but nothing
 * else. `removed` does not support keys, so partly adopted resources are listed by instance.
 */
export function terraformRemoval(terraform: TerraformEcr, adopted: readonly AdoptableResource[]): TerraformRemoval {
  const byName = new Map<string, AdoptableResource[]>();
  for (const each of adopted) {
    const name = `${each.kind}/${each.name}`;
    byName.set(name, [...(byName.get(name) ?? []), each]);
  }
  const isAdopted = (each: AdoptableResource) =>
    (byName.get(`${each.kind}/${each.name}`) ?? []).some((other) => isSameResource(each, other));
  const missing = adoptableResources(terraform).filter((each) => !isAdopted(each));
  // A policy without a region may belong to a repository that stays with Terraform.
  const goes = ({ adoptable }: ManagedInstance) =>
    adoptable !== undefined && isAdopted(adoptable) && !missing.some((each) => isSameResource(each, adoptable));
  const kept = new Set(terraform.filter((each) => !goes(each)).map(({ resource }) => resource));
  const going = terraform.filter(goes);
  return {
    resources: [...new Set(going.map(({ resource }) => resource).filter((each) => !kept.has(each)))],
    instances: going.filter(({ resource }) => kept.has(resource)).map(({ address }) => address),
    left: [...new Set(missing.map(labelOf))],
  };
}

function labelOf({ kind, name, region }: AdoptableResource): string {
  return `${kind}${name === "" ? "" : `/${name}`}${region ? ` (${region})` : ""}`;
}

/**
 * `removed` blocks (Terraform 1.7 or newer), which keep the resources in AWS: two tools must not own the same resource.
 */
export function removedBlocks(addresses: readonly string[]): string {
  return addresses
    .map((address) => `removed {\n  from = ${address}\n\n  lifecycle {\n    destroy = false\n  }\n}`)
    .join("\n\n");
}

/** All instructions for Terraform; empty without a state. */
export function removalText({ resources, instances, left }: TerraformRemoval): string {
  const quoted = (address: string) => `'${address.replaceAll("'", "'\\''")}'`;
  const parts = [
    left.length > 0 &&
      `In Terraform's state, but not adopted (another region or account, --filter, --no-registry, no --public, not supported here, or deleted), and kept in that state:\n${left.map((each) => `- ${each}`).join("\n")}`,
    resources.length > 0 &&
      `For Terraform (1.7 or newer), to remove them from its state and leave them in AWS:\n\n${removedBlocks(resources)}`,
    instances.length > 0 &&
      `Terraform keeps other instances of these resources, and \`removed\` does not support keys:\n\n${instances.map((each) => `terraform state rm ${quoted(each)}`).join("\n")}`,
  ];
  return parts.filter((each) => each !== false).join("\n\n");
}
