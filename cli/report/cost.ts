import type { SteadyStream } from "../../ecr/costs/steadyState";
import type { CostReport } from "../cost/costReport";
import { countText, sizeText } from "../quantities";
import { type Html, html } from "./html";
import { table } from "./tables";

/** Formats an amount with two decimal places: `1.20 USD`. */
export function moneyText(amount: number, currency: string): string {
  return `${amount.toFixed(2)} ${currency}`;
}

/** One kind of storage, now and at steady state. Bytes may be infinite when it grows without limit. */
interface StorageKind {
  name: string;
  nowBytes: number;
  steadyBytes: number;
  /** 0: nothing is free. */
  freeBytes: number;
  now: number;
  steady: number;
}

/** Storage costs now and at steady state, compared with the free tier. */
export function costSection(cost: CostReport): Html {
  const { prices, legacyFreeTier, steadyState, budget, now } = cost;
  const money = (amount: number) => moneyText(amount, prices.currency);
  const kinds = kindsOf(cost);
  return html`<section aria-labelledby="cost"><h2 id="cost">Cost</h2>
<p>${money(now.monthly.total)} a month now; ${money(steadyState.monthly.total)} a month at steady state, when deletions balance pushes${
    steadyState.growthPerMonth > 0 &&
    html`, and ${money(steadyState.growthPerMonth)} more each month for images that no rule deletes`
  }.${budget && html` The budget is ${money(budget.monthly)} a month, ${budget.exceededBy > 0 ? html`<strong>exceeded by ${money(budget.exceededBy)}</strong>` : "not exceeded"}.`}</p>
${charts(kinds.filter(isVisible))}
${table(
  "cost-table",
  "Monthly storage and transfer, and the free tier",
  [
    { heading: "What" },
    ...["Now", "At steady state", "Free", "Costs now", "Costs at steady state"].map((heading) => ({
      heading,
      numeric: true,
    })),
  ],
  kinds.map(({ name, nowBytes, steadyBytes, freeBytes, now: costs, steady }) => [
    name,
    sizeText(nowBytes),
    bytesText(steadyBytes),
    freeBytes > 0 ? sizeText(freeBytes) : "nothing",
    money(costs),
    Number.isFinite(steadyBytes) ? money(steady) : "grows",
  ]),
  ["Together", "", "", "", money(now.monthly.total), money(steadyState.monthly.total)],
)}
${streamsTable(steadyState.repositories)}
<p class="note">Prices of ${prices.region}, ${prices.asOf}. ${
    legacyFreeTier
      ? "The free tier of accounts opened before 15 July 2025 still applies."
      : "No free tier applies to private storage."
  }${now.measured.blobMounting.length > 0 && html` Repositories of ${now.measured.blobMounting.join(", ")} share layers.`}</p>
${now.measured.unknown.length > 0 && html`<details><summary>What these figures do not include</summary><ul>${now.measured.unknown.map((each) => html`<li>${each}</li>`)}</ul></details>`}
</section>`;
}

function charts(kinds: readonly StorageKind[]): Html {
  return html`${kinds.length > 0 && html`<div class="bars">${kinds.map(storageChart)}</div>`}`;
}

/** A bar of a thousandth of the free amount would be invisible; the table has its number. */
function isVisible({ nowBytes, steadyBytes, freeBytes }: StorageKind): boolean {
  return Math.max(nowBytes, steadyBytes) > freeBytes / 200;
}

function kindsOf({ now, steadyState, prices, legacyFreeTier }: CostReport): StorageKind[] {
  const streams = Object.values(steadyState.repositories).flat();
  const publicBytes = now.measured.publicRepositories.reduce((sum, { bytes }) => sum + bytes, 0);
  const steady = (key: "standardBytes" | "archiveBytes") => streams.reduce((sum, stream) => sum + stream[key], 0);
  const { privateStorage, archiveStorage, publicStorage, publicTransfer } = steadyState.monthly;
  return [
    {
      name: "Private, standard storage",
      nowBytes: now.measured.total.standard,
      steadyBytes: steady("standardBytes"),
      freeBytes: legacyFreeTier ? prices.legacyFreeGb * prices.bytesPerGb : 0,
      now: now.monthly.privateStorage,
      steady: privateStorage,
    },
    {
      name: "Private, archive storage",
      nowBytes: now.measured.total.archive,
      steadyBytes: steady("archiveBytes"),
      freeBytes: 0,
      now: now.monthly.archiveStorage,
      steady: archiveStorage,
    },
    {
      name: "Public storage",
      nowBytes: publicBytes,
      steadyBytes: publicBytes,
      freeBytes: prices.publicFreeGb * prices.bytesPerGb,
      now: now.monthly.publicStorage,
      steady: publicStorage,
    },
    {
      name: "Anonymous pulls of public images",
      nowBytes: now.publicTransferBytes,
      steadyBytes: now.publicTransferBytes,
      freeBytes: prices.publicTransferFreeGb * prices.bytesPerGb,
      now: now.monthly.publicTransfer,
      steady: publicTransfer,
    },
  ];
}

function bytesText(bytes: number): string {
  return Number.isFinite(bytes) ? sizeText(bytes) : "grows";
}

/** Two bars, with a mark at the end of the free amount, if any. An infinite amount fills its bar and has no end. */
function storageChart({ name, nowBytes, steadyBytes, freeBytes }: StorageKind, index: number): Html {
  const finite = [nowBytes, steadyBytes, freeBytes].filter(Number.isFinite);
  const most = Math.max(...finite, 1) * 1.08;
  const percent = (bytes: number) => Math.round(Math.min(100, (bytes / most) * 100) * 100) / 100;
  const id = `cost-chart-${index + 1}`;
  const free = freeBytes > 0 ? `; ${sizeText(freeBytes)} free` : "";
  const text = `now ${sizeText(nowBytes)}, at steady state ${bytesText(steadyBytes)}${free}`;
  return html`<figure><figcaption><b>${name}</b> ${text}</figcaption>
<svg class="storage" width="100%" height="44" role="img" aria-labelledby="${id}-title ${id}-text">
<title id="${id}-title">${name}</title><desc id="${id}-text">${text}</desc>
<rect class="track" x="0" y="2" width="100%" height="16" rx="2"/><rect class="now" x="0" y="2" width="${percent(nowBytes)}%" height="16" rx="2"/>
<rect class="track" x="0" y="24" width="100%" height="16" rx="2"/><rect class="steady" x="0" y="24" width="${percent(steadyBytes)}%" height="16" rx="2"/>
<text x="6" y="14.5">now</text><text x="6" y="36.5">steady state</text>
${freeBytes > 0 && html`<line class="free" x1="${percent(freeBytes)}%" x2="${percent(freeBytes)}%" y1="0" y2="44"/>`}
</svg></figure>`;
}

function streamsTable(repositories: Readonly<Record<string, readonly SteadyStream[]>>): Html {
  const rows = Object.entries(repositories).flatMap(([name, streams]) =>
    streams.map(({ stream, rule, standardDays, archiveDays, standardBytes, archiveBytes }) => [
      name,
      stream.tags.length === 0 ? "untagged" : stream.tags.join(", "),
      stream.perDay.toLocaleString("en"),
      sizeText(stream.bytes),
      rule === undefined ? "none" : `rule ${rule}`,
      daysText(standardDays),
      archiveDays > 0 ? daysText(archiveDays) : "",
      bytesText(standardBytes + archiveBytes),
    ]),
  );
  if (rows.length === 0) {
    return html`<p class="note">The config has no pushes (<code>ecr:costs</code>, <code>pushes</code>), so the steady state has no private storage.</p>`;
  }
  return table(
    "streams-table",
    "Configured pushes, and how long the lifecycle rules keep them",
    [
      { heading: "Repository" },
      { heading: "Tags" },
      { heading: "Per day", numeric: true },
      { heading: "Each", numeric: true },
      { heading: "Owner" },
      { heading: "Stays", numeric: true },
      { heading: "In the archive", numeric: true },
      { heading: "Takes", numeric: true },
    ],
    rows,
  );
}

function daysText(days: number): string {
  return Number.isFinite(days) ? countText(Math.round(days * 10) / 10, "day") : "forever";
}
