import { type CostSettings, type MonthlyCost, type MonthlyUse, monthlyCost, pushStreams } from "./costs";
import type { LifecyclePolicyDocument } from "./lifecyclePolicy";
import type { PriceTable } from "./prices";
import { type SteadyStream, steadyState } from "./steadyState";

const daysAMonth = 365.25 / 12;

/** What storage costs in the long run, if pushes go on as config says. */
export interface CostEstimate {
  /** Of a month, of everything that goes as fast as it comes. */
  monthly: MonthlyCost;
  /** What a month costs more than the month before, for images that no rule ever deletes. */
  growthPerMonth: number;
  currency: string;
  /** The month of the prices. */
  pricesAsOf: string;
  /** By repository, as config names them. */
  repositories: Record<string, SteadyStream[]>;
}

/**
 * The steady-state cost from config alone: lifecycle policies, what is pushed and the prices. It asks nobody, so it is the
 * same on every run.
 *
 * @param documents Lifecycle policies by repository, as the settings' `pushes` name them. `undefined`: none.
 * @param options `legacyFreeTier`: take off the free tier of old accounts (it ends with a date: leave it out of what must
 *   not change by itself). `publicBytes`: what public repositories hold. @default false, 0
 */
export function estimateCost(
  settings: CostSettings,
  documents: Readonly<Record<string, LifecyclePolicyDocument | undefined>>,
  prices: PriceTable,
  options: { legacyFreeTier?: boolean; publicBytes?: number } = {},
): CostEstimate {
  const repositories = Object.fromEntries(
    Object.entries(settings.pushes ?? {}).map(([name, pushes]) => [
      name,
      steadyState(documents[name], pushStreams(pushes)),
    ]),
  );
  const streams = Object.values(repositories).flat();
  const bounded = (bytes: number) => (Number.isFinite(bytes) ? bytes : 0);
  const use: MonthlyUse = {
    privateBytes: streams.reduce((sum, { standardBytes }) => sum + bounded(standardBytes), 0),
    archiveBytes: streams.reduce((sum, { archiveBytes }) => sum + bounded(archiveBytes), 0),
    publicBytes: options.publicBytes ?? 0,
    publicTransferBytes: (settings.publicPullGb ?? 0) * prices.bytesPerGb,
  };
  return {
    monthly: monthlyCost(use, prices, options.legacyFreeTier ?? false),
    growthPerMonth: streams.reduce((sum, stream) => sum + growth(stream, prices), 0),
    currency: prices.currency,
    pricesAsOf: prices.asOf,
    repositories,
  };
}

/** Archive storage is taken at its first step's price. */
function growth({ stream, standardBytes, archiveBytes }: SteadyStream, prices: PriceTable): number {
  const gbAMonth = (stream.perDay * stream.bytes * daysAMonth) / prices.bytesPerGb;
  if (!Number.isFinite(standardBytes)) {
    return gbAMonth * prices.storagePerGb;
  }
  return Number.isFinite(archiveBytes) ? 0 : gbAMonth * (prices.archive[0]?.perGb ?? 0);
}
