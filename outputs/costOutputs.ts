import { type CostEstimate, estimateCost } from "../ecr/costEstimate";
import type { CostSettings, MonthlyCost } from "../ecr/costs";
import type { LifecyclePolicyDocument } from "../ecr/lifecyclePolicy";
import { withOwnPrices } from "../ecr/prices";
import type { SteadyStream } from "../ecr/steadyState";
import type { CostOutputs } from "./schema";

/**
 * The steady-state estimate as the contract has it, from config alone: no call to AWS, no date. The free tier of old
 * accounts ends on a day, and the output would change by itself on it: it is left out, so the estimate holds after it too.
 *
 * @param documents Lifecycle policies by the private repository's key in config. `undefined`: none.
 */
export function costOutputs(
  settings: CostSettings,
  documents: Readonly<Record<string, LifecyclePolicyDocument | undefined>>,
): CostOutputs {
  const estimate = estimateCost(settings, documents, withOwnPrices(settings.prices));
  const { currency, pricesAsOf, growthPerMonth, repositories } = estimate;
  return {
    currency,
    pricesAsOf,
    monthly: amounts(estimate.monthly),
    growthPerMonth: amount(growthPerMonth),
    ...(settings.monthlyBudget !== undefined && { monthlyBudget: settings.monthlyBudget }),
    repositories: storage(repositories),
  };
}

function amounts({ privateStorage, archiveStorage, publicStorage, publicTransfer, total }: MonthlyCost): MonthlyCost {
  return {
    privateStorage: amount(privateStorage),
    archiveStorage: amount(archiveStorage),
    publicStorage: amount(publicStorage),
    publicTransfer: amount(publicTransfer),
    total: amount(total),
  };
}

/** To a hundredth of a cent: what binary fractions add is no part of a price. */
function amount(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

function storage(repositories: CostEstimate["repositories"]): CostOutputs["repositories"] {
  return Object.fromEntries(
    Object.entries(repositories).map(([key, streams]) => [
      key,
      {
        standardBytes: bounded(streams.map(({ standardBytes }) => standardBytes)),
        archiveBytes: bounded(streams.map(({ archiveBytes }) => archiveBytes)),
        grows: streams.some(growsWithoutEnd),
      },
    ]),
  );
}

/** JSON knows no infinity: what grows without end is told by `grows` instead. */
function bounded(bytes: readonly number[]): number {
  return Math.round(bytes.filter(Number.isFinite).reduce((sum, each) => sum + each, 0));
}

function growsWithoutEnd({ standardBytes, archiveBytes }: SteadyStream): boolean {
  return !Number.isFinite(standardBytes) || !Number.isFinite(archiveBytes);
}
