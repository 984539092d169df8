import type { Scenario } from "../scenario";
import { policies } from "./policies";
import { preview } from "./preview";

/** All that `npm run bench` measures, in this order. */
export const scenarios: readonly Scenario[] = [preview, policies];
