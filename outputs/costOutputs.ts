import { type CostEstimate, estimateCost } from "../ecr/costs/costEstimate";
import { type CostSettings, withPriceOverrides } from "../ecr/costs/costSettings";
import type { MonthlyCost } from "../ecr/costs/costs";
import type { SteadyStream } from "../ecr/costs/steadyState";
import type { LifecyclePolicyDocument } from "../ecr/lifecyclePolicy";
import type { CostOutputs } from "./schema";

/**
 * The steady-state estimate for the outputs, from the config alone: no call to AWS, no date. The free tier of old
 * accounts is not included, because its end would change the output without any other change.
 *
 * @param documents Lifecycle policies by the private repository's key in the config. `undefined`: no policy.
 */
export function costOutputs(
  settings: CostSettings,
  documents: Readonly<Record<string, LifecyclePolicyDocument | undefined>>,
): CostOutputs {
  const estimate = estimateCost(settings, documents, withPriceOverrides(settings.prices));
  const { currency, pricesAsOf, growthPerMonth, repositories } = estimate;
  return {
    currency,
    pricesAsOf,
    monthly: roundedCost(estimate.monthly),
    growthPerMonth: roundedAmount(growthPerMonth),
    ...(settings.monthlyBudget !== undefined && { monthlyBudget: settings.monthlyBudget }),
    repositories: storage(repositories),
  };
}

function roundedCost({
  privateStorage,
  archiveStorage,
  publicStorage,
  publicTransfer,
  total,
}: MonthlyCost): MonthlyCost {
  return {
    privateStorage: roundedAmount(privateStorage),
    archiveStorage: roundedAmount(archiveStorage),
    publicStorage: roundedAmount(publicStorage),
    publicTransfer: roundedAmount(publicTransfer),
    total: roundedAmount(total),
  };
}

/** Rounded to a hundredth of a cent, to remove binary rounding errors. */
function roundedAmount(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

function storage(repositories: CostEstimate["repositories"]): CostOutputs["repositories"] {
  return Object.fromEntries(
    Object.entries(repositories).map(([key, streams]) => [
      key,
      {
        standardBytes: finiteTotal(streams.map(({ standardBytes }) => standardBytes)),
        archiveBytes: finiteTotal(streams.map(({ archiveBytes }) => archiveBytes)),
        grows: streams.some(isUnbounded),
      },
    ]),
  );
}

/** JSON has no infinity: unlimited growth is reported by `grows` instead. */
function finiteTotal(bytes: readonly number[]): number {
  return Math.round(bytes.filter(Number.isFinite).reduce((sum, each) => sum + each, 0));
}

function isUnbounded({ standardBytes, archiveBytes }: SteadyStream): boolean {
  return !Number.isFinite(standardBytes) || !Number.isFinite(archiveBytes);
}
