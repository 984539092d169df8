import { isObject } from "../../ecr/jsonObjects";

/** What a Terraform state manages of ECR. */
export interface TerraformEcr {
  /** Names of private and public repositories. */
  repositories: Set<string>;
  /** Addresses of all of its ECR resources, without the keys of their instances: `module.shop.aws_ecr_repository.this`. */
  addresses: string[];
}

/**
 * Reads a Terraform state (`terraform state pull`, or the file of a local one; format version 4).
 *
 * @throws Error that says what it is not.
 */
export function readTerraformState(text: string, file: string): TerraformEcr {
  const state = parse(text, file);
  if (!isObject(state) || state["version"] !== 4 || !Array.isArray(state["resources"])) {
    throw new Error(`${file}: is not a Terraform state of version 4. Write what \`terraform state pull\` prints.`);
  }
  const resources = (state["resources"] as unknown[]).filter(isObject).filter(({ mode, type }) => {
    return mode === "managed" && /^aws_ecr(public)?_/.test(String(type));
  });
  const addresses = resources.map(({ module, type, name }) =>
    // `removed` takes no keys, neither of modules nor of resources: all instances go at once.
    [...(module === undefined ? [] : [String(module).replace(/\[[^\]]*\]/g, "")]), type, name].join("."),
  );
  const repositories = resources
    .filter(({ type }) => type === "aws_ecr_repository" || type === "aws_ecrpublic_repository")
    .flatMap(({ instances }) => (Array.isArray(instances) ? instances : []))
    .map((instance: { attributes?: { name?: unknown; repository_name?: unknown } }) =>
      String(instance.attributes?.name ?? instance.attributes?.repository_name ?? ""),
    );
  return { repositories: new Set(repositories.filter((name) => name !== "")), addresses: [...new Set(addresses)] };
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file}: is not JSON: ${(error as Error).message}. Write what \`terraform state pull\` prints.`);
  }
}

/** What has Terraform (1.7 or newer) let go of resources that stay in AWS: two tools must not own one thing. */
export function removedBlocks(addresses: readonly string[]): string {
  return addresses
    .map((address) => `removed {\n  from = ${address}\n\n  lifecycle {\n    destroy = false\n  }\n}`)
    .join("\n\n");
}
