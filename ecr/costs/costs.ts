import type { CostSettings, PriceTable, PushSettings } from "./costSettings";
import type { PushStream } from "./steadyState";

/** What one account stores and transfers in a month. */
export interface MonthlyUse {
  /** Private repositories, standard storage, in bytes. */
  privateBytes: number;
  archiveBytes: number;
  publicBytes: number;
  /** Anonymous pulls of public images, in bytes. */
  publicTransferBytes: number;
}

/** Monthly amounts in the price table's currency, after free amounts. */
export interface MonthlyCost {
  privateStorage: number;
  archiveStorage: number;
  publicStorage: number;
  publicTransfer: number;
  total: number;
}

/** Whether the free tier of old accounts still applies. Its last day is the one before `freeTierEnds`, in UTC. */
export function hasLegacyFreeTier({ freeTier, freeTierEnds }: CostSettings, now: Date): boolean {
  return freeTier === "legacy" && freeTierEnds !== undefined && now < new Date(freeTierEnds);
}

/**
 * The cost of a month.
 *
 * @param legacyFreeTier Whether the free tier of old accounts applies (`hasLegacyFreeTier`).
 */
export function monthlyCost(use: MonthlyUse, prices: PriceTable, legacyFreeTier: boolean): MonthlyCost {
  const gb = (bytes: number) => bytes / prices.bytesPerGb;
  const beyond = (amount: number, free: number) => Math.max(0, amount - free);
  const privateStorage = beyond(gb(use.privateBytes), legacyFreeTier ? prices.legacyFreeGb : 0) * prices.storagePerGb;
  const archiveStorage = tieredCost(gb(use.archiveBytes), prices.archive);
  const publicStorage = beyond(gb(use.publicBytes), prices.publicFreeGb) * prices.storagePerGb;
  const publicTransfer = beyond(gb(use.publicTransferBytes), prices.publicTransferFreeGb) * prices.publicTransferPerGb;
  const total = privateStorage + archiveStorage + publicStorage + publicTransfer;
  return { privateStorage, archiveStorage, publicStorage, publicTransfer, total };
}

/** The cost of copying images to another registry once and storing them there. */
export interface ReplicationCost {
  /** One-time. */
  transfer: number;
  /** Per month. */
  storage: number;
}

/**
 * Upper limit of the cost of replication: what the destination already has is neither sent nor stored again.
 *
 * @param bytes Size of the images, counting shared layers for each of them.
 */
export function replicationCost(bytes: number, isOtherRegion: boolean, prices: PriceTable): ReplicationCost {
  const gb = bytes / prices.bytesPerGb;
  return { transfer: isOtherRegion ? gb * prices.replicationPerGb : 0, storage: gb * prices.storagePerGb };
}

function tieredCost(amount: number, steps: PriceTable["archive"]): number {
  let cost = 0;
  let from = 0;
  for (const { upToGb = Number.POSITIVE_INFINITY, perGb } of steps) {
    const inStep = Math.max(0, Math.min(amount, upToGb) - from);
    // Avoids Infinity * 0, which is NaN: an infinite amount in a free tier costs nothing.
    cost += perGb === 0 ? 0 : inStep * perGb;
    from = upToGb;
  }
  return cost;
}

/** A repository's image streams, as input for steadyState. */
export function pushStreams(pushes: readonly PushSettings[]): PushStream[] {
  return pushes.map(({ tags = [], perDay, megabytes, pulledForDays }) => ({
    tags,
    perDay,
    bytes: megabytes * 1e6,
    ...(pulledForDays !== undefined && { pulledForDays }),
  }));
}
