import type { MonthlyCost } from "../../ecr/costs/costs";
import type { SteadyStream } from "../../ecr/costs/steadyState";
import { countText, sizeText } from "../quantities";
import { textTable } from "../table";
import type { CostReport } from "./costReport";

/** Formats a cost report for people. */
export function costText(report: CostReport): string {
  const { now, steadyState, prices, legacyFreeTier, budget } = report;
  const money = (amount: number) => `${amount.toFixed(2)} ${prices.currency}`;
  const table = textTable(
    [
      { heading: "repository" },
      { heading: "region" },
      { heading: "images", numeric: true },
      { heading: "standard", numeric: true },
      { heading: "archive", numeric: true },
    ],
    [
      ...now.measured.repositories.map(({ name, region, images, standard, archive }) => [
        name,
        region,
        images,
        sizeText(standard),
        archive > 0 ? sizeText(archive) : "",
      ]),
      ...now.measured.publicRepositories.map(({ name, images, bytes }) => [
        name,
        "public",
        images,
        sizeText(bytes),
        "",
      ]),
    ],
  );
  const { blobMounting } = now.measured;
  const lines = [
    table,
    "",
    `now            ${monthText(now.monthly, money)}`,
    `steady state   ${monthText(steadyState.monthly, money)}`,
    ...streamLines(steadyState.repositories),
  ];
  if (steadyState.growthPerMonth > 0) {
    lines.push(
      `               and ${money(steadyState.growthPerMonth)} more each month, for images that no rule deletes`,
    );
  }
  if (Object.keys(steadyState.repositories).length === 0) {
    lines.push("               (no pushes configured: set pushes in the config `ecr:costs`)");
  }
  if (blobMounting.length > 0) {
    lines.push(
      `layers are shared by all repositories of ${blobMounting.join(", ")}: together they hold ${sizeText(now.measured.total.standard)}`,
    );
  }
  lines.push(
    `prices of ${prices.region}, ${prices.asOf}${legacyFreeTier ? ", with the free tier of old accounts" : ""}`,
  );
  if (budget !== undefined) {
    const { monthly, exceededBy } = budget;
    lines.push(
      exceededBy > 0
        ? `BUDGET: ${money(monthly)} a month, exceeded by ${money(exceededBy)}`
        : `within the budget of ${money(monthly)} a month`,
    );
  }
  return [...lines, ...now.measured.unknown.map((each) => `not known: ${each}`)].join("\n");
}

function monthText(cost: MonthlyCost, money: (amount: number) => string): string {
  const parts = [
    ["private", cost.privateStorage],
    ["archive", cost.archiveStorage],
    ["public", cost.publicStorage],
    ["public pulls", cost.publicTransfer],
  ] as const;
  const shown = parts.filter(([, amount]) => amount > 0).map(([name, amount]) => `${name} ${money(amount)}`);
  return `${money(cost.total)} a month${shown.length > 1 ? ` (${shown.join(", ")})` : ""}`;
}

function streamLines(repositories: Record<string, readonly SteadyStream[]>): string[] {
  return Object.entries(repositories).flatMap(([name, streams]) =>
    streams.map(({ stream, rule, standardDays, archiveDays }) => {
      const tags = stream.tags.length === 0 ? "untagged images" : `images tagged ${stream.tags.join(", ")}`;
      const by = rule === undefined ? "no rule" : `rule ${rule}`;
      const archive = archiveDays > 0 ? `, then ${daysText(archiveDays)} in the archive` : "";
      return `               ${name}: ${tags} stay ${daysText(standardDays)} (${by})${archive}`;
    }),
  );
}

function daysText(days: number): string {
  return Number.isFinite(days) ? countText(Math.round(days * 10) / 10, "day") : "forever";
}
