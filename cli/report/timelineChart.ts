import type { PreviewedImage, RepositoryPreview, RulePreview } from "../lifecycle/previewModel";
import { countText } from "../quantities";
import { type Html, html } from "./html";

/** Number of days in the chart after today, which is day 0. */
const days = 90;
const dayMilliseconds = 24 * 60 * 60 * 1000;
/** In pixels; widths are percentages, so that text keeps its size on every screen. */
const laneHeight = 40;
const smallestBar = 4;
/** Share of one day's slot; the rest is the gap to the next. */
const barShare = 0.78;
const slot = 100 / (days + 1);
const ticks = [0, 7, 30, 60, 90] as const;

/** What one rule does on one day. */
interface Bar {
  day: number;
  expire: number;
  archive: number;
}

/**
 * A chart of what is deleted or archived when, with a lane for each rule and a bar for each day, whose height is the
 * number of images. All lanes share one scale. The table of images next to it has the same information as text.
 *
 * @param id Prefix for IDs, unique in the page.
 */
export function timelineChart(preview: RepositoryPreview, now: Date, id: string): Html {
  const lanes = preview.rules.map((rule) => ({ rule, bars: barsOf(rule, preview.events, now) }));
  const highest = Math.max(1, ...lanes.flatMap(({ bars }) => bars.map(({ expire, archive }) => expire + archive)));
  return html`<figure class="timeline">
<figcaption>Deletions and archivals by rule in the next ${days} days. The highest bar is ${countText(highest, "image")}.
<span class="legend"><span class="key expire"></span> deleted <span class="key archive"></span> archived</span></figcaption>
<ol class="lanes">${lanes.map(({ rule, bars }, index) => lane(rule, bars, highest, now, `${id}-lane-${index + 1}`))}</ol>
${axis(now)}
</figure>`;
}

function barsOf({ rule }: RulePreview, events: readonly PreviewedImage[], now: Date): Bar[] {
  const bars = new Map<number, Bar>();
  for (const event of events) {
    if (event.rule !== rule || event.at === undefined || event.action === "keep") {
      continue;
    }
    const day = Math.min(days, utcDay(event.at) - utcDay(now));
    const bar = bars.get(day) ?? { day, expire: 0, archive: 0 };
    bar[event.action]++;
    bars.set(day, bar);
  }
  return [...bars.values()].sort((a, b) => a.day - b.day);
}

/** Calendar days, so that bars have the same dates as the table of images. */
function utcDay(date: Date): number {
  return Math.floor(date.getTime() / dayMilliseconds);
}

function lane(rule: RulePreview, bars: readonly Bar[], highest: number, now: Date, id: string): Html {
  const stays = (rule.images["never"] ?? 0) + (rule.images["later"] ?? 0);
  const total = (action: "expire" | "archive") => bars.reduce((sum, bar) => sum + bar[action], 0);
  const counts = [[total("expire"), "deleted"] as const, [total("archive"), "archived"] as const].filter(
    ([count]) => count > 0,
  );
  const name = rule.rule === undefined ? "No rule" : `Rule ${rule.rule}`;
  return html`<li>
<p class="lane-label"><b>${name}</b> <span>${rule.description || "no description"}</span>
<span class="lane-count">${counts.map(([count, what]) => html`<b>${count}</b> ${what}, `)}<b>${stays}</b> stay</span></p>
<svg class="lane" width="100%" height="${laneHeight}" role="img" aria-labelledby="${id}-title ${id}-text">
<title id="${id}-title">${name} over ${days} days</title>
<desc id="${id}-text">${laneText(bars, now)}</desc>
${ticks.map((tick) => html`<line class="grid" x1="${centre(tick)}%" x2="${centre(tick)}%" y1="0" y2="${laneHeight}"/>`)}
<line class="base" x1="0" x2="100%" y1="${laneHeight - 0.5}" y2="${laneHeight - 0.5}"/>
${bars.map((bar) => barShapes(bar, highest, now))}
</svg></li>`;
}

/** Deletions start at the baseline, archivals are stacked on top. */
function barShapes({ day, expire, archive }: Bar, highest: number, now: Date): Html {
  const height = (count: number) => (count === 0 ? 0 : Math.max(smallestBar, (count / highest) * (laneHeight - 4)));
  const x = round(day * slot + (slot * (1 - barShare)) / 2);
  const width = round(slot * barShare);
  const deleted = round(height(expire));
  const archived = round(Math.min(height(archive), laneHeight - 1 - deleted));
  const shape = (kind: string, count: number, y: number, high: number) =>
    count > 0 &&
    html`<rect class="${kind}" x="${x}%" y="${round(y)}" width="${width}%" height="${high}" rx="1"><title>${dayText(day, now)}: ${countText(count, "image")} ${kind === "expire" ? "deleted" : "archived"}</title></rect>`;
  return html`${shape("expire", expire, laneHeight - 1 - deleted, deleted)}${shape("archive", archive, laneHeight - 1 - deleted - archived, archived)}`;
}

function laneText(bars: readonly Bar[], now: Date): string {
  if (bars.length === 0) {
    return "Nothing is deleted or archived.";
  }
  const parts = bars.map(({ day, expire, archive }) => {
    const what = [expire > 0 && `${expire} deleted`, archive > 0 && `${archive} archived`].filter(Boolean);
    return `${dayText(day, now)}: ${what.join(", ")}`;
  });
  return `${parts.join("; ")}.`;
}

/** Lanes have text labels; the axis is purely visual. */
function axis(now: Date): Html {
  return html`<svg class="axis" width="100%" height="34" aria-hidden="true" focusable="false">
${ticks.map((tick) => {
  const anchor = tick === 0 ? "start" : tick === days ? "end" : "middle";
  const x = tick === 0 ? 0 : tick === days ? 100 : centre(tick);
  return html`<line class="grid" x1="${centre(tick)}%" x2="${centre(tick)}%" y1="0" y2="5"/>
<text x="${x}%" y="17" text-anchor="${anchor}"${tick === 7 && html` class="tight"`}>${tick === 0 ? "today" : `+${tick} d`}</text>
<text x="${x}%" y="31" text-anchor="${anchor}" class="date">${tick === 7 ? "" : dateText(tick, now).slice(5)}</text>`;
})}
</svg>`;
}

function centre(day: number): number {
  return round((day + 0.5) * slot);
}

function dayText(day: number, now: Date): string {
  return day === 0 ? "today" : dateText(day, now);
}

function dateText(day: number, now: Date): string {
  return new Date(now.getTime() + day * dayMilliseconds).toISOString().slice(0, 10);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
