import { isObject } from "../ecr/jsonObjects";
import { nist } from "./frameworks";
import { resourceTypes } from "./resources";
import { stackRule } from "./rule";
import { unknownPaths } from "./unknowns";

interface Config {
  monthlyBudget?: number;
  months: number;
}

const stackType = "pulumi:pulumi:Stack";

export const costBudget = stackRule<Config>({
  name: "ecr-cost-budget",
  displayName: "ECR costs stay within the budget",
  description:
    "What storage will cost by the stack's output `costs`, when as much goes as comes, is within the budget: that of this " +
    "config, and that of the stack's own (`ecr:costs`, monthlyBudget).",
  enforcementLevel: "advisory",
  severity: "medium",
  framework: nist(["CM-4", "SA-2"], "Resources are planned, and what a change costs is known before it is made"),
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
        "The most that a month may cost, in the currency of the stack's output. No default: the stack's own budget alone counts.",
    },
    months: {
      type: "integer",
      minimum: 0,
      default: 12,
      description: "What images cost that no rule ever deletes grows each month: so many months of it count.",
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
        const found = costs === undefined ? "the stack has no such output" : "it knows of nothing that is pushed";
        findings.violation(
          `costs: ${found}, so nobody knows what its repositories will cost; allowed are ${config.monthlyBudget} a month. ` +
            "Write what is pushed in the config `ecr:costs`, pushes.",
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

/** What the rule needs of the output (`outputs/schema.ts` has all of it). */
interface Costs {
  currency: string;
  total: number;
  growthPerMonth: number;
  monthlyBudget: number | undefined;
  repositories: readonly { key: string; bytes: number; grows: boolean }[];
}

/** `undefined` for an output of that name that is something else. */
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
  // Without a budget the minimum is infinite, and nothing is past it.
  if (expected <= budget) {
    return [];
  }
  const money = (amount: number) => `${amount.toFixed(2)} ${costs.currency}`;
  const growth =
    costs.growthPerMonth > 0 ? `, ${months} months of growth by ${money(costs.growthPerMonth)} included` : "";
  const [largest] = costs.repositories.toSorted((a, b) => Number(b.grows) - Number(a.grows) || b.bytes - a.bytes);
  const advice = largest?.grows
    ? `Let a lifecycle rule delete the images of "${largest.key}" that none deletes`
    : `Keep fewer or smaller images, of "${largest?.key}" first`;
  return [
    `costs: at steady state a month costs ${money(expected)}${growth}; allowed are ${money(budget)}. ` +
      `${advice}, or raise the budget.`,
  ];
}
