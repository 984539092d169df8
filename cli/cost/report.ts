import type { CostEstimate } from "../../ecr/costEstimate";
import type { MonthlyCost } from "../../ecr/costs";
import type { PriceTable } from "../../ecr/prices";
import type { MeasuredRepository, Measurement } from "./measure";

/** What `npm run cost` says; `--json` prints it. Days and bytes of images that stay for ever are `null` there. */
export interface CostReport {
  now: {
    measured: Omit<Measurement, "repositories"> & { repositories: Omit<MeasuredRepository, "content">[] };
    monthly: MonthlyCost;
  };
  steadyState: CostEstimate;
  /** Whether the free tier of old accounts is taken off. */
  legacyFreeTier: boolean;
  /** @default no budget in the settings */
  budget?: {
    monthly: number;
    /** By the higher of now and steady state; 0 within the budget. */
    exceededBy: number;
  };
  prices: PriceTable;
}
