import { buckets } from "../lifecycle/previewModel";
import { shortDigest } from "../lifecycle/previewText";
import { countText, sizeText } from "../quantities";
import { type Html, type HtmlValue, html } from "./html";
import type { ReportedImage, ReportedRepository, ReportModel } from "./model";
import { table } from "./tables";
import { timelineChart } from "./timelineChart";
import { actionWord, anchor, day, when, whyText } from "./words";

/**
 * A section for each repository: timeline, rules, and images.
 *
 * @param limit Images listed for each repository.
 */
export function repositorySections({ repositories, takenAt }: ReportModel, limit: number): Html {
  return html`${repositories.map((repository, index) => repositorySection(repository, anchor("repository", index), takenAt, limit))}`;
}

function repositorySection(repository: ReportedRepository, id: string, now: Date, limit: number): Html {
  const { preview, uri } = repository;
  return html`<section class="repository" aria-labelledby="${id}">
<h2 id="${id}">${preview.name}</h2>
<p class="meta"><code>${uri}</code></p>
${
  preview.hasPolicy
    ? html`${preview.events.length > 0 ? timelineChart(preview, now, id) : html`<p class="note">Nothing is deleted or archived within 90 days unless something is pushed.</p>`}${rulesTable(preview.name, preview.rules, `${id}-rules`)}`
    : html`<p class="note">No lifecycle policy: every image stays.</p>`
}
${imagesList(repository, `${id}-images`, limit)}
${preview.unknown.length > 0 && html`<p class="note">Not known: ${preview.unknown.join("; ")}.</p>`}
</section>`;
}

const headings = ["Today", "In 7 days", "In 30 days", "In 90 days", "Later", "Stay"] as const;

function rulesTable(name: string, rules: ReportedRepository["preview"]["rules"], id: string): Html {
  return html`<details class="rules"><summary>Counts by rule</summary>
${table(
  id,
  html`Images of <code>${name}</code> by the rule that owns them. Each column counts what happens after the one before it.`,
  [
    { heading: "Rule" },
    { heading: "What it does" },
    ...headings.map((heading) => ({ heading, numeric: true })),
    { heading: "Deletes", numeric: true },
  ],
  rules.map(({ rule, description, images, deletedBytes }) => [
    rule === undefined ? "none" : String(rule),
    description,
    ...buckets.map((bucket) => images[bucket] || ""),
    deletedBytes > 0 ? sizeText(deletedBytes) : "",
  ]),
)}</details>`;
}

function imagesList({ preview, images }: ReportedRepository, id: string, limit: number): Html {
  if (images.length === 0) {
    return html`<p class="note">No images yet.</p>`;
  }
  const hidden = images.length - limit;
  return html`<details class="images" open><summary>${countText(images.length, "image")}</summary>
${table(
  id,
  html`Images of <code>${preview.name}</code>: first what is deleted or archived, then what stays, newest first`,
  [
    { heading: "Tags" },
    { heading: "What happens" },
    { heading: "Why" },
    { heading: "Pushed" },
    { heading: "Size", numeric: true },
    { heading: "Digest" },
  ],
  images.slice(0, limit).map(imageRow),
)}
${hidden > 0 && html`<p class="note">${hidden.toLocaleString("en")} more are not listed here; the timeline counts them.</p>`}</details>`;
}

function imageRow(image: ReportedImage): HtmlValue[] {
  const { tags, digest, pushedAt, sizeBytes, storageClass, deployedBy } = image;
  return [
    html`${tags.length === 0 ? html`<i>untagged</i>` : tags.map((tag) => html`<span class="tag">${tag}</span> `)}${
      deployedBy.length > 0 && html`<span class="runs">run by ${deployedBy.join(" and ")}</span>`
    }`,
    whatHappens(image),
    whyText(image),
    day(pushedAt),
    html`${sizeBytes === undefined ? "not known" : sizeText(sizeBytes)}${storageClass === "archive" && html` <small>archived</small>`}`,
    html`<code title="${digest}">${shortDigest(digest)}</code>`,
  ];
}

function whatHappens({ events, afterwards }: ReportedImage): Html {
  const parts: HtmlValue[] = events.map((event) => {
    return html`<span class="fate ${event.action}">${actionWord(event)} ${when(event)}</span> `;
  });
  if (afterwards !== undefined) {
    // Its rule acts after the horizon.
    const later = afterwards.at !== undefined;
    const fate = later
      ? html`${actionWord(afterwards)} ${day(afterwards.at ?? afterwards.pushedAt)}`
      : events.length > 0
        ? "stays there"
        : "stays";
    parts.push(html`<span class="fate ${later ? afterwards.action : "keep"}">${fate}</span>`);
  }
  return html`${parts}`;
}
