import { parseRepositoryArn } from "../../ecr/names/repositoryArns";
import type { RegistrySetting } from "../../ecr/registry/registrySetting";
import { isObject, type JsonObject } from "../../ecr/values/jsonObjects";

/** Something adoptable that Terraform manages: a repository, including its policies, or a registry setting. */
export interface AdoptableResource {
  kind: "private" | "public" | RegistrySetting;
  /**
   * For a setting, a prefix, an ARN or ECR's name of the account setting; empty for settings that exist once per
   * registry.
   */
  name: string;
  /** @default unknown: states of earlier AWS providers do not record it for every resource */
  region?: string;
  /** @default unknown; one state can cover several accounts */
  account?: string;
}

/** An instance of an ECR resource in a Terraform state. */
export interface ManagedInstance {
  type: string;
  /** Address without the keys of modules and resources: `module.shop.aws_ecr_repository.this`. */
  resource: string;
  /** Address with keys: `module.shop["eu"].aws_ecr_repository.this[0]`. */
  address: string;
  /** What it manages, or what its policy is attached to. Undefined for types that are not adopted. */
  adoptable: AdoptableResource | undefined;
}

/** The ECR resources in a Terraform state. */
export type TerraformEcr = ManagedInstance[];

/** How a Terraform resource type identifies what it manages. */
interface AdoptedType {
  kind: AdoptableResource["kind"];
  /** The attribute with the name. @default none: it exists once per registry */
  name?: string;
  /** Whether it is only a part of something that another type manages, such as a repository's policy. @default false */
  isPart?: boolean;
}

const adoptedTypes: Readonly<Record<string, AdoptedType>> = {
  aws_ecr_repository: { kind: "private", name: "name" },
  aws_ecr_lifecycle_policy: { kind: "private", name: "repository", isPart: true },
  aws_ecr_repository_policy: { kind: "private", name: "repository", isPart: true },
  aws_ecrpublic_repository: { kind: "public", name: "repository_name" },
  aws_ecrpublic_repository_policy: { kind: "public", name: "repository_name", isPart: true },
  aws_ecr_registry_policy: { kind: "policy" },
  aws_ecr_registry_scanning_configuration: { kind: "scanning" },
  aws_ecr_replication_configuration: { kind: "replication" },
  aws_ecr_pull_through_cache_rule: { kind: "pullThroughCache", name: "ecr_repository_prefix" },
  aws_ecr_repository_creation_template: { kind: "creationTemplates", name: "prefix" },
  aws_ecr_account_setting: { kind: "accountSettings", name: "name" },
  aws_ecr_pull_time_update_exclusion: { kind: "pullTimeExclusions", name: "principal_arn" },
};

/**
 * Parses a Terraform state (format version 4): a local state file or the output of `terraform state pull`.
 *
 * @throws Error when it is not such a state.
 */
export function readTerraformState(text: string, file: string): TerraformEcr {
  const state = parse(text, file);
  if (!isObject(state) || state["version"] !== 4 || !Array.isArray(state["resources"])) {
    throw new Error(`${file}: is not a Terraform state of version 4. Use the output of \`terraform state pull\`.`);
  }
  const resources = (state["resources"] as unknown[]).filter(isObject);
  const regionOf = providerRegions(resources);
  return resources
    .filter(({ mode, type }) => mode === "managed" && /^aws_ecr(public)?_/.test(String(type)))
    .flatMap((resource) =>
      instancesOf(resource).map((each) => instanceOf(resource, each, regionOf.get(String(resource["provider"])))),
    );
}

/** Skips deposed objects: they share an instance's address, and Terraform is about to destroy them. */
function instancesOf({ instances }: JsonObject): JsonObject[] {
  const all = (Array.isArray(instances) ? instances : []).filter(isObject);
  return all.filter(({ deposed }) => deposed === undefined);
}

/** Each provider's region, if all ARNs of its resources agree on one. */
function providerRegions(resources: readonly JsonObject[]): ReadonlyMap<string, string> {
  const found = new Map<string, Set<string>>();
  for (const resource of resources) {
    const { provider } = resource;
    if (typeof provider !== "string") continue;
    const regions = instancesOf(resource).flatMap(({ attributes }) => {
      const arn = isObject(attributes) ? attributes["arn"] : undefined;
      return /^arn:aws[a-z-]*:[a-z0-9-]+:([a-z0-9-]+):[0-9]{12}:/.exec(String(arn))?.[1] ?? [];
    });
    found.set(provider, new Set([...(found.get(provider) ?? []), ...regions]));
  }
  return new Map([...found].flatMap(([provider, [region, other]]) => (region && !other ? [[provider, region]] : [])));
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file}: is not JSON: ${(error as Error).message}. Use the output of \`terraform state pull\`.`);
  }
}

/** `["a"]`, `[0]`. A key may contain brackets and quotes. */
const keys = /\[(?:"(?:[^"\\]|\\.)*"|\d+)\]/g;

function instanceOf(
  { module, type, name }: JsonObject,
  instance: JsonObject,
  region: string | undefined,
): ManagedInstance {
  const address = [...(typeof module === "string" ? [module] : []), type, name].join(".");
  const { index_key: key, attributes } = instance;
  return {
    type: String(type),
    resource: address.replace(keys, ""),
    address: key === undefined ? address : `${address}[${JSON.stringify(key)}]`,
    adoptable: adoptableResource(String(type), { region, ...(isObject(attributes) && attributes) }),
  };
}

function adoptableResource(type: string, attributes: JsonObject): AdoptableResource | undefined {
  const known = adoptedTypes[type];
  if (known === undefined) return undefined;
  const { kind } = known;
  const name = known.name === undefined ? "" : attributes[known.name];
  if (typeof name !== "string" || (name === "" && known.name !== undefined)) return undefined;
  const { arn, principal_arn: principal } = attributes;
  const account = attributes["registry_id"] ?? /:([0-9]{12}):/.exec(String(arn ?? principal))?.[1];
  const region = parseRepositoryArn(arn)?.region ?? attributes["region"];
  return {
    ...{ kind, name },
    ...(kind !== "public" && typeof region === "string" && region !== "" && { region }),
    ...(typeof account === "string" && account !== "" && { account }),
  };
}

/** Whether the state manages this repository or setting. */
export function isManaged(terraform: TerraformEcr, resource: AdoptableResource): boolean {
  return adoptableResources(terraform).some((each) => isSameResource(each, resource));
}

/** The adoptable resources in a state, each without the policies that belong to it. */
export function adoptableResources(terraform: TerraformEcr): AdoptableResource[] {
  return terraform.flatMap(({ type, adoptable }) =>
    adoptable !== undefined && !adoptedTypes[type]?.isPart ? [adoptable] : [],
  );
}

/** Whether both are the same thing, as far as their regions and accounts are known. */
export function isSameResource(one: AdoptableResource, other: AdoptableResource): boolean {
  const isAlike = (a: string | undefined, b: string | undefined) => a === undefined || b === undefined || a === b;
  const isThere = isAlike(one.region, other.region) && isAlike(one.account, other.account);
  return one.kind === other.kind && one.name === other.name && isThere;
}
