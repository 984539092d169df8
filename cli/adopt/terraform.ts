import { isObject, type JsonObject } from "../../ecr/jsonObjects";

/** A repository that Terraform manages, or one that another resource of its is about. */
interface ManagedRepository {
  kind: "private" | "public";
  name: string;
  /** @default unknown: states of earlier AWS providers do not say it of all */
  region?: string;
}

/** An instance of an ECR resource in a Terraform state. */
interface ManagedInstance {
  type: string;
  /** Without the keys of modules and resources: `module.shop.aws_ecr_repository.this`. */
  resource: string;
  /** With them: `module.shop["eu"].aws_ecr_repository.this[0]`. */
  address: string;
  /** Of what is adopted with a repository: the repository, its policy, its lifecycle policy. Undefined: of the registry. */
  repository: ManagedRepository | undefined;
}

/** What a Terraform state manages of ECR. */
export type TerraformEcr = ManagedInstance[];

/** What to tell Terraform of adopted repositories. */
export interface LettingGo {
  /** Resources of which every instance is adopted, without keys. */
  resources: string[];
  /** Adopted instances of all other resources. */
  instances: string[];
  /** Repositories of the state that were not adopted: `private/team/app`. */
  left: string[];
}

/** Types that are adopted, and the attribute that names the repository. */
const adoptedTypes: Readonly<Record<string, ManagedRepository["kind"]>> = {
  aws_ecr_repository: "private",
  aws_ecr_lifecycle_policy: "private",
  aws_ecr_repository_policy: "private",
  aws_ecrpublic_repository: "public",
  aws_ecrpublic_repository_policy: "public",
};

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
  return (state["resources"] as unknown[])
    .filter(isObject)
    .filter(({ mode, type }) => mode === "managed" && /^aws_ecr(public)?_/.test(String(type)))
    .flatMap((resource) => {
      const { instances } = resource;
      return (Array.isArray(instances) ? instances : []).filter(isObject).map((each) => instanceOf(resource, each));
    });
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file}: is not JSON: ${(error as Error).message}. Write what \`terraform state pull\` prints.`);
  }
}

/** `["a"]`, `[0]`: a key may have brackets and quotes in it. */
const keys = /\[(?:"(?:[^"\\]|\\.)*"|\d+)\]/g;

function instanceOf({ module, type, name }: JsonObject, instance: JsonObject): ManagedInstance {
  const address = [...(typeof module === "string" ? [module] : []), type, name].join(".");
  const { index_key: key, attributes } = instance;
  return {
    type: String(type),
    resource: address.replace(keys, ""),
    address: key === undefined ? address : `${address}[${JSON.stringify(key)}]`,
    repository: repositoryOf(String(type), isObject(attributes) ? attributes : {}),
  };
}

function repositoryOf(type: string, attributes: JsonObject): ManagedRepository | undefined {
  const kind = adoptedTypes[type];
  const name = attributes["name"] ?? attributes["repository"] ?? attributes["repository_name"];
  if (kind === undefined || typeof name !== "string" || name === "") return undefined;
  const [, arnRegion] = /^arn:[^:]*:ecr:([^:]+):/.exec(String(attributes["arn"])) ?? [];
  const region = attributes["region"] ?? arnRegion;
  return { kind, name, ...(kind === "private" && typeof region === "string" && region !== "" && { region }) };
}

/** Whether a repository is one that the state manages. @param region of a private one */
export function isManaged(
  terraform: TerraformEcr,
  kind: ManagedRepository["kind"],
  name: string,
  region?: string,
): boolean {
  return repositoriesIn(terraform).some((each) =>
    isSame(each, { kind, name, ...(region !== undefined && { region }) }),
  );
}

function repositoriesIn(terraform: TerraformEcr): ManagedRepository[] {
  return terraform.flatMap(({ type, repository }) =>
    repository !== undefined && /_repository$/.test(type) ? [repository] : [],
  );
}

function isSame(one: ManagedRepository, other: ManagedRepository): boolean {
  const isThere = one.region === undefined || other.region === undefined || one.region === other.region;
  return one.kind === other.kind && one.name === other.name && isThere;
}

/**
 * What Terraform is to let go of: adopted repositories with their policies, and nothing else. `removed` takes no keys, so a
 * resource that is adopted in part is let go of by instance.
 */
export function lettingGo(terraform: TerraformEcr, adopted: readonly ManagedRepository[]): LettingGo {
  const byName = new Map<string, ManagedRepository[]>();
  for (const each of adopted) {
    const name = `${each.kind}/${each.name}`;
    byName.set(name, [...(byName.get(name) ?? []), each]);
  }
  const isAdopted = (each: ManagedRepository) =>
    (byName.get(`${each.kind}/${each.name}`) ?? []).some((other) => isSame(each, other));
  const missing = repositoriesIn(terraform).filter((each) => !isAdopted(each));
  // A policy that does not say its region may be that of a repository that stays with Terraform.
  const goes = ({ repository }: ManagedInstance) =>
    repository !== undefined && isAdopted(repository) && !missing.some((each) => isSame(each, repository));
  const kept = new Set(terraform.filter((each) => !goes(each)).map(({ resource }) => resource));
  const going = terraform.filter(goes);
  return {
    resources: [...new Set(going.map(({ resource }) => resource).filter((each) => !kept.has(each)))],
    instances: going.filter(({ resource }) => kept.has(resource)).map(({ address }) => address),
    left: [...new Set(missing.map(({ kind, name, region }) => `${kind}/${name}${region ? ` (${region})` : ""}`))],
  };
}

/** What has Terraform (1.7 or newer) let go of resources that stay in AWS: two tools must not own one thing. */
export function removedBlocks(addresses: readonly string[]): string {
  return addresses
    .map((address) => `removed {\n  from = ${address}\n\n  lifecycle {\n    destroy = false\n  }\n}`)
    .join("\n\n");
}

/** All that there is to say to and of Terraform, in text; nothing without a state. */
export function terraformText({ resources, instances, left }: LettingGo): string {
  const quoted = (address: string) => `'${address.replaceAll("'", "'\\''")}'`;
  const parts = [
    left.length > 0 &&
      `In Terraform's state, but not adopted (another region or account, --filter, no --public, or gone), and not let go of:\n${left.map((each) => `- ${each}`).join("\n")}`,
    resources.length > 0 &&
      `For Terraform (1.7 or newer), so that it lets go of them and leaves them in AWS:\n\n${removedBlocks(resources)}`,
    instances.length > 0 &&
      `Of these resources Terraform keeps other instances, and \`removed\` takes no keys:\n\n${instances.map((each) => `terraform state rm ${quoted(each)}`).join("\n")}`,
  ];
  return parts.filter((each) => each !== false).join("\n\n");
}
