import { isObject } from "../../ecr/values/jsonObjects";
import { nist } from "../engine/frameworks";
import { stackRule } from "../engine/rule";
import { unknownPaths } from "../engine/unknowns";
import { resourceTypes } from "../resources/resourceTypes";

interface Config {
  monthlyBudget?: number;
  months: number;
}

const stackType = "pulumi:pulumi:Stack";

export const costBudget = stackRule<Config>({
  name: "ecr-cost-budget",
  displayName: "ECR costs stay within the budget",
  description:
    "The steady-state storage cost in the stack's output `costs` is within the budget of this config and the stack's own budget " +
    "(`ecr:costs`, monthlyBudget).",
  enforcementLevel: "advisory",
  severity: "medium",
  framework: nist(["CM-4", "SA-2"], "Resources are planned, and the cost of a change is known before it is made"),
  tags: ["cost"],
  remediationSteps:
    "Keep fewer images with the lifecycle policies of the repositories that the message names, make images smaller, or raise " +
    "the budget.",
  url: "https://aws.amazon.com/ecr/pricing/",
  parameters: {
    monthlyBudget: {
      type: "number",
      minimum: 0,
      description:
        "Maximum cost of a month, in the currency of the stack's output. No default: only the stack's own budget counts.",
    },
    months: {
      type: "integer",
      minimum: 0,
      default: 12,
      description: "How many months of growth to include: the cost of images that no rule deletes grows each month.",
    },
  },
  types: [stackType],
  judge: (stack, config, findings) => {
    const root = stack.ofType(stackType)[0];
    const output = root?.read("costs");
    const [open] = unknownPaths(output, "costs");
    if (open !== undefined) {
      findings.unjudged(`Whether the stack is within its budget: ${open.path} is not known yet.`, open.unknown, root);
      return;
    }
    const costs = readCosts(output);
    if (costs === undefined || costs.repositories.length === 0) {
      if (config.monthlyBudget !== undefined && stack.has([resourceTypes.repository])) {
        const found = costs === undefined ? "the stack has no such output" : "it lists no pushes";
        findings.violation(
          `costs: ${found}, so the cost of its repositories is unknown. Must be at most ${config.monthlyBudget} a month. ` +
            "Write what is pushed into the config `ecr:costs`, pushes.",
          root,
        );
      }
      return;
    }
    for (const message of budgetMessages(costs, config)) {
      findings.violation(message, root);
    }
  },
});

/** The parts of the output that the rule reads; its schema is in `outputs/schema.ts`. */
interface Costs {
  currency: string;
  total: number;
  growthPerMonth: number;
  monthlyBudget: number | undefined;
  repositories: readonly { key: string; bytes: number; grows: boolean }[];
}

/** `undefined` for an output of that name in another format. */
function readCosts(output: unknown): Costs | undefined {
  const { currency, monthly, growthPerMonth, monthlyBudget, repositories } = isObject(output) ? output : {};
  const total = isObject(monthly) ? monthly["total"] : undefined;
  if (typeof total !== "number" || typeof growthPerMonth !== "number" || !isObject(repositories)) {
    return undefined;
  }
  return {
    currency: String(currency),
    total,
    growthPerMonth,
    monthlyBudget: typeof monthlyBudget === "number" ? monthlyBudget : undefined,
    repositories: Object.entries(repositories).map(([key, value]) => {
      const { standardBytes, archiveBytes, grows } = isObject(value) ? value : {};
      return { key, bytes: Number(standardBytes ?? 0) + Number(archiveBytes ?? 0), grows: grows === true };
    }),
  };
}

function budgetMessages(costs: Costs, { monthlyBudget, months }: Config): string[] {
  const budgets = [monthlyBudget, costs.monthlyBudget].filter((each) => each !== undefined);
  const budget = Math.min(...budgets);
  const expected = costs.total + months * costs.growthPerMonth;
  // Without a budget, the minimum is infinite and nothing exceeds it.
  if (expected <= budget) {
    return [];
  }
  const money = (amount: number) => `${amount.toFixed(2)} ${costs.currency}`;
  const growth =
    costs.growthPerMonth > 0 ? `, including ${months} months of growth by ${money(costs.growthPerMonth)}` : "";
  const [largest] = costs.repositories.toSorted((a, b) => Number(b.grows) - Number(a.grows) || b.bytes - a.bytes);
  const advice = largest?.grows
    ? `Add a lifecycle rule for the images of "${largest.key}" that no rule deletes`
    : `Keep fewer or smaller images, starting with "${largest?.key}"`;
  return [
    `costs: at steady state a month costs ${money(expected)}${growth}. Must be at most ${money(budget)}. ` +
      `${advice}, or raise the budget.`,
  ];
}
