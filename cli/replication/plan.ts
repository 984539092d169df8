import type { ImageDetail, ReplicationRule } from "@aws-sdk/client-ecr";
import type { PriceTable } from "../../ecr/costs/costSettings";
import { type ReplicationCost, replicationCost } from "../../ecr/costs/costs";
import { isReplicated, type RepositoryPrefixFilter } from "../../ecr/registry/replication";

/** A destination registry in a registry's rules. */
export interface Destination {
  region: string;
  registryId: string;
}

/** What a backfill to one destination copies. */
export interface BackfillPlan {
  destination: Destination;
  repositories: number;
  images: number;
  /** One for each image and tag, as ECR counts them. */
  copies: number;
  /** Size of the images, counting shared layers for each of them. */
  bytes: number;
  cost: ReplicationCost;
}

/** A repository with its images. */
export interface RepositoryImages {
  name: string;
  images: readonly ImageDetail[];
}

/** What backfills of a registry's rules would copy, one for each destination. */
export function backfillPlans(
  rules: readonly ReplicationRule[],
  repositories: readonly RepositoryImages[],
  region: string,
  prices: PriceTable,
): BackfillPlan[] {
  return destinationsOf(rules).map((destination) => {
    const own = rules.filter(({ destinations = [] }) => destinations.some((each) => isSame(each, destination)));
    const copied = repositories.filter(({ name }) => own.some((rule) => isFor(rule, name)));
    const images = copied.flatMap((repository) => repository.images);
    const bytes = images.reduce((sum, { imageSizeInBytes = 0 }) => sum + imageSizeInBytes, 0);
    return {
      destination,
      repositories: copied.length,
      images: images.length,
      copies: images.reduce((sum, { imageTags = [] }) => sum + Math.max(imageTags.length, 1), 0),
      bytes,
      cost: replicationCost(bytes, destination.region !== region, prices),
    };
  });
}

/** Whether any rule applies to a repository. */
export function isForAny(rules: readonly ReplicationRule[], name: string): boolean {
  return rules.some((rule) => isFor(rule, name));
}

function isFor({ repositoryFilters = [] }: ReplicationRule, name: string): boolean {
  const filters = repositoryFilters.map(
    ({ filter = "" }): RepositoryPrefixFilter => ({ filter, filterType: "PREFIX_MATCH" }),
  );
  return isReplicated(name, { destinations: [], repositoryFilters: filters });
}

/** The distinct destinations in the rules, in order. */
function destinationsOf(rules: readonly ReplicationRule[]): Destination[] {
  const found: Destination[] = [];
  for (const { region = "", registryId = "" } of rules.flatMap(({ destinations = [] }) => destinations)) {
    if (!found.some((each) => isSame(each, { region, registryId }))) found.push({ region, registryId });
  }
  return found;
}

function isSame(one: Partial<Destination>, other: Partial<Destination>): boolean {
  return one.region === other.region && one.registryId === other.registryId;
}
