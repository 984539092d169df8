import { buckets } from "../lifecycle/previewModel";
import { countText, sizeText } from "../quantities";
import { moneyText } from "./cost";
import { type Html, html } from "./html";
import { type ReportedRepository, type ReportModel, warningDays } from "./model";
import { policyCommand } from "./policySection";
import { table } from "./tables";
import { actionWord, anchor, imageName, minute, ruleName, when } from "./words";

/** The page's header: title, time, and the most important figures. */
export function pageHeader(model: ReportModel): Html {
  const { repositories, takenAt, stack, cost } = model;
  const places = [...new Set(repositories.map(({ preview }) => `${preview.registryId} in ${preview.region}`))];
  const { publicRepositories } = cost.now.measured;
  const images = sum(repositories, ({ preview }) => preview.images) + sum(publicRepositories, (each) => each.images);
  const today = sum(repositories, ({ preview }) => preview.events.filter(({ bucket }) => bucket === 0).length);
  const { standard, archive } = cost.now.measured.total;
  const stored = standard + archive + sum(publicRepositories, ({ bytes }) => bytes);
  const count = repositories.length + publicRepositories.length;
  return html`<header class="page-head">
<p class="kind">Amazon ECR report</p>
<h1>${stack === undefined ? "Repositories" : html`Stack <span class="name">${stack}</span>`}</h1>
<p class="meta">${places.length > 0 && html`Account ${places.join(" and ")}. `}Read at ${minute(takenAt)}. The forecast assumes that nothing is pushed, pulled or deleted in the meantime.</p>
<dl class="figures">
${figure("Repositories", count.toLocaleString("en"), publicRepositories.length > 0 ? `${publicRepositories.length} public` : undefined)}
${figure("Images", images.toLocaleString("en"))}
${figure("Stored", sizeText(stored))}
${figure("Leave today", today.toLocaleString("en"), "deleted or archived")}
${figure("Monthly cost", moneyText(cost.now.monthly.total, cost.prices.currency), "now")}
${figure("At steady state", moneyText(cost.steadyState.monthly.total, cost.prices.currency), "a month")}
</dl>
</header>`;
}

function figure(term: string, value: string, note?: string): Html {
  return html`<div><dt>${term}</dt><dd>${value}${note && html` <small>${note}</small>`}</dd></div>`;
}

/**
 * What needs attention, most severe first, or a sentence that nothing does. Policies that were not evaluated are
 * listed, too.
 */
export function attention(model: ReportModel): Html {
  const notices = [
    ...model.repositories.flatMap((repository, index) => repositoryNotices(repository, anchor("repository", index))),
    ...policyNotices(model),
    ...costNotices(model),
  ];
  const byGravity = [...notices.filter(({ grave }) => grave), ...notices.filter(({ grave }) => !grave)];
  return html`<section aria-labelledby="attention"><h2 id="attention">What needs attention</h2>
${
  byGravity.length === 0
    ? html`<p class="calm">Nothing: no deployed image is deleted or archived within ${warningDays} days, no release is deleted, every repository has a lifecycle policy, and no mandatory policy failed.</p>`
    : html`<ul class="notices">${byGravity.map(({ grave, text }) => html`<li class="${grave ? "grave" : "mild"}"><b>${grave ? "Act" : "Look"}</b> <span>${text}</span></li>`)}</ul>`
}</section>`;
}

interface Notice {
  grave: boolean;
  text: Html;
}

function repositoryNotices(repository: ReportedRepository, id: string): Notice[] {
  const { preview } = repository;
  const link = html`<a href="#${id}">${preview.name}</a>`;
  const notices = repository.deployedThatGo.map(
    (image): Notice => ({
      grave: true,
      text: html`${link}: <code>${imageName(image)}</code> is ${actionWord(image)} ${when(image)} by ${ruleName(image.rule)}, and is run by ${image.deployedBy.join(" and ")}.`,
    }),
  );
  for (const image of repository.releasesThatGo) {
    notices.push({
      grave: false,
      text: html`${link}: the release <code>${image.releaseTags.join(", ")}</code> is deleted ${when(image)} by ${ruleName(image.rule)}.`,
    });
  }
  if (!preview.hasPolicy) {
    notices.push({ grave: false, text: html`${link} has no lifecycle policy: every image stays.` });
  }
  return notices;
}

function policyNotices({ policies, stack }: ReportModel): Notice[] {
  if (policies === undefined) {
    return [{ grave: false, text: html`<a href="#policies">Policies</a> were not evaluated: ${policyCommand(stack)}` }];
  }
  const open = policies.rules.filter(({ unjudged }) => unjudged.length > 0).length;
  const notices: Notice[] =
    open === 0
      ? []
      : [
          {
            grave: false,
            text: html`<a href="#policies">Policies</a>: ${countText(open, "rule")} could not be evaluated.`,
          },
        ];
  const broken = policies.rules.flatMap(({ rule, violations }) => {
    const mandatory = violations.filter(({ level }) => level === "mandatory").length;
    const text = html`<a href="#policies">Policy</a> <code>${rule}</code>: ${countText(mandatory, "violation")} of a mandatory rule.`;
    return mandatory > 0 ? [{ grave: true, text }] : [];
  });
  return [...broken, ...notices];
}

function costNotices({ cost }: ReportModel): Notice[] {
  const { budget, prices, steadyState } = cost;
  const money = (amount: number) => moneyText(amount, prices.currency);
  const notices: Notice[] = [];
  if (budget !== undefined && budget.exceededBy > 0) {
    const text = html`<a href="#cost">Cost</a>: the budget of ${money(budget.monthly)} a month is exceeded by ${money(budget.exceededBy)}.`;
    notices.push({ grave: true, text });
  }
  if (steadyState.growthPerMonth > 0) {
    const text = html`<a href="#cost">Cost</a>: each month adds ${money(steadyState.growthPerMonth)}, for images that no rule deletes.`;
    notices.push({ grave: false, text });
  }
  return notices;
}

/** Each column counts what happens after the previous one, so that a row's numbers add up. */
const headings = ["today", "in 7 d", "in 30 d", "in 90 d", "later", "stay"] as const;

/** All repositories in one table. */
export function overview({ repositories, cost }: ReportModel): Html {
  const rows = repositories.map(({ preview, standardBytes, archiveBytes }, index) => [
    html`<a href="#${anchor("repository", index)}">${preview.name}</a>${repositories.some(({ preview: other }) => other !== preview && other.name === preview.name) && html` <small>${preview.region}</small>`}`,
    preview.images.toLocaleString("en"),
    sizeText(standardBytes),
    archiveBytes > 0 ? sizeText(archiveBytes) : "",
    ...buckets.map((bucket) => countIn(preview, bucket)),
  ]);
  const { publicRepositories, total } = cost.now.measured;
  const publicRows = publicRepositories.map(({ name, images, bytes }) => [
    html`${name} <small>public, without lifecycle policies</small>`,
    images.toLocaleString("en"),
    sizeText(bytes),
    "",
    ...headings.map((heading) => (heading === "stay" ? images.toLocaleString("en") : "")),
  ]);
  const foot = [
    "Private repositories together",
    sum(repositories, ({ preview }) => preview.images).toLocaleString("en"),
    sizeText(total.standard),
    total.archive > 0 ? sizeText(total.archive) : "",
    ...buckets.map((bucket) => sum(repositories, ({ preview }) => Number(countIn(preview, bucket))) || ""),
  ];
  const columns = ["Images", "Standard", "Archive", ...headings.map(headingOf)];
  return html`<section aria-labelledby="repositories"><h2 id="repositories">Repositories</h2>
${
  rows.length + publicRows.length === 0
    ? html`<p>The stack has no repository.</p>`
    : table(
        "repositories-table",
        "Images, their size, and how many are deleted or archived and when. Each column counts what happens after the previous one. An archived image is counted again when it is deleted.",
        [{ heading: "Repository" }, ...columns.map((heading) => ({ heading, numeric: true }))],
        [...rows, ...publicRows],
        foot,
      )
}</section>`;
}

function headingOf(heading: (typeof headings)[number]): string {
  return heading === "later" || heading === "stay"
    ? heading.replace(/^./, (letter) => letter.toUpperCase())
    : `Leave ${heading}`;
}

function countIn({ rules }: ReportedRepository["preview"], bucket: (typeof buckets)[number]): number | "" {
  return sum(rules, ({ images }) => images[bucket] ?? 0) || "";
}

function sum<T>(list: readonly T[], of: (each: T) => number): number {
  return list.reduce((total, each) => total + of(each), 0);
}
