import type { LifecyclePolicyDocument } from "../lifecyclePolicy";
import type { CostSettings, PriceTable } from "./costSettings";
import { type MonthlyCost, type MonthlyUse, monthlyCost, pushStreams } from "./costs";
import { type SteadyStream, steadyState } from "./steadyState";

const daysAMonth = 365.25 / 12;

/** Long-term storage costs at the push rates in the config. */
export interface CostEstimate {
  /** Monthly cost of everything that is deleted as fast as it is pushed. */
  monthly: MonthlyCost;
  /** Monthly cost increase from images that no rule ever deletes. */
  growthPerMonth: number;
  currency: string;
  /** Month of the prices. */
  pricesAsOf: string;
  /** By repository name in the config. */
  repositories: Record<string, SteadyStream[]>;
}

/**
 * The steady-state cost from the config alone: lifecycle policies, push rates, and prices. It calls no service, so the
 * result is the same on every run.
 *
 * @param documents Lifecycle policies by repository, with the names in the settings' `pushes`. `undefined`: no policy.
 * @param options `legacyFreeTier`: subtract the free tier of old accounts (it ends on a date, so omit it where the
 * result must not change by itself). `publicBytes`: stored in public repositories. @default false, 0
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

/** Archive storage is priced at its first tier. */
function growth({ stream, standardBytes, archiveBytes }: SteadyStream, prices: PriceTable): number {
  const gbAMonth = (stream.perDay * stream.bytes * daysAMonth) / prices.bytesPerGb;
  if (!Number.isFinite(standardBytes)) {
    return gbAMonth * prices.storagePerGb;
  }
  return Number.isFinite(archiveBytes) ? 0 : gbAMonth * (prices.archive[0]?.perGb ?? 0);
}
