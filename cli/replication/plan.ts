import type { ImageDetail, ReplicationRule } from "@aws-sdk/client-ecr";
import { type ReplicationCost, replicationCost } from "../../ecr/costs";
import type { PriceTable } from "../../ecr/prices";
import { isReplicated, type RepositoryPrefixFilter } from "../../ecr/replication";

/** Another registry that a registry's rules name. */
export interface Destination {
  region: string;
  registryId: string;
}

/** What a backfill of one destination copies. */
export interface BackfillPlan {
  destination: Destination;
  repositories: number;
  images: number;
  /** One for each image and tag, as ECR counts them. */
  copies: number;
  /** Of the images, layers that several of them share counted for each. */
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

/** Whether a repository is copied by any rule. */
export function isForAny(rules: readonly ReplicationRule[], name: string): boolean {
  return rules.some((rule) => isFor(rule, name));
}

function isFor({ repositoryFilters = [] }: ReplicationRule, name: string): boolean {
  const filters = repositoryFilters.map(
    ({ filter = "" }): RepositoryPrefixFilter => ({ filter, filterType: "PREFIX_MATCH" }),
  );
  return isReplicated(name, { destinations: [], repositoryFilters: filters });
}

/** Each destination of the rules once, in their order. */
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
