import { type CostEstimate, estimateCost } from "../../ecr/costs/costEstimate";
import type { CostSettings, PriceTable } from "../../ecr/costs/costSettings";
import { hasLegacyFreeTier, type MonthlyCost, monthlyCost } from "../../ecr/costs/costs";
import type { MeasuredRepository, Measurement } from "./measure";

/**
 * The result of `npm run cost`, printed by `--json`. Days and bytes of images that are kept forever are `null` there.
 */
export interface CostReport {
  now: {
    measured: Omit<Measurement, "repositories"> & { repositories: Omit<MeasuredRepository, "content">[] };
    /** Bytes of anonymous pulls of public images in a month, from the settings. */
    publicTransferBytes: number;
    monthly: MonthlyCost;
  };
  steadyState: CostEstimate;
  /** Whether the free tier of old accounts is subtracted. */
  legacyFreeTier: boolean;
  /** @default no budget in the settings */
  budget?: {
    monthly: number;
    /** For the higher of the current and the steady-state cost; 0 within the budget. */
    exceededBy: number;
  };
  prices: PriceTable;
}

/**
 * Storage costs from measurements and settings.
 *
 * @param keys Repository names by their keys in the config, which `pushes` may use (`repositoryKeys`).
 * @throws Error when `pushes` name a repository that was not measured.
 */
export function costReport(
  measured: Measurement,
  settings: CostSettings,
  prices: PriceTable,
  keys: ReadonlyMap<string, string>,
  now: Date,
): CostReport {
  const legacyFreeTier = hasLegacyFreeTier(settings, now);
  const publicBytes = measured.publicRepositories.reduce((sum, { bytes }) => sum + bytes, 0);
  const publicTransferBytes = (settings.publicPullGb ?? 0) * prices.bytesPerGb;
  const monthly = monthlyCost(
    {
      privateBytes: measured.total.standard,
      archiveBytes: measured.total.archive,
      publicBytes,
      publicTransferBytes,
    },
    prices,
    legacyFreeTier,
  );
  const documents = documentsByKey(settings, measured, keys);
  const steadyState = estimateCost(settings, documents, prices, { legacyFreeTier, publicBytes });
  const { monthlyBudget } = settings;
  const highest = Math.max(monthly.total, steadyState.monthly.total);
  return {
    now: {
      measured: { ...measured, repositories: measured.repositories.map(({ content: _, ...rest }) => rest) },
      publicTransferBytes,
      monthly,
    },
    steadyState,
    legacyFreeTier,
    ...(monthlyBudget !== undefined && {
      budget: { monthly: monthlyBudget, exceededBy: Math.max(0, highest - monthlyBudget) },
    }),
    prices,
  };
}

/** The policies in force, by the names used in the settings' pushes: a repository's key in the config, or its name. */
function documentsByKey(
  settings: CostSettings,
  { repositories }: Measurement,
  keys: ReadonlyMap<string, string>,
): Parameters<typeof estimateCost>[1] {
  const found = Object.keys(settings.pushes ?? {}).map((key) => {
    const name = keys.get(key) ?? key;
    return [key, repositories.find((each) => each.name === name)] as const;
  });
  const missing = found.filter(([, repository]) => repository === undefined).map(([key]) => key);
  if (missing.length > 0) {
    const known = repositories.map(({ name }) => name).join(", ");
    throw new Error(
      `pushes: found ${missing.join(", ")}. Must be private repositories of the stack. Allowed: ${known || "none"}.`,
    );
  }
  return Object.fromEntries(found.map(([key, repository]) => [key, repository?.content.document]));
}
