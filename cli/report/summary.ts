import { buckets } from "../lifecycle/previewModel";
import { countText, sizeText } from "../text";
import { moneyText } from "./cost";
import { type Html, html } from "./html";
import { type ReportedRepository, type ReportModel, warningDays } from "./model";
import { policyCommand } from "./policies";
import { table } from "./tables";
import { actionWord, anchor, imageName, minute, ruleName, when } from "./words";

/** The page's head: what this is, of when, and the figures that matter most. */
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
<p class="meta">${places.length > 0 && html`Account ${places.join(" and ")}. `}Read at ${minute(takenAt)}. What follows holds if nothing is pushed, pulled or deleted meanwhile.</p>
<dl class="figures">
${figure("Repositories", count.toLocaleString("en"), publicRepositories.length > 0 ? `${publicRepositories.length} public` : undefined)}
${figure("Images", images.toLocaleString("en"))}
${figure("Stored", sizeText(stored))}
${figure("Go today", today.toLocaleString("en"), "deleted or archived")}
${figure("A month costs", moneyText(cost.now.monthly.total, cost.prices.currency), "now")}
${figure("In the long run", moneyText(cost.steadyState.monthly.total, cost.prices.currency), "a month")}
</dl>
</header>`;
}

function figure(term: string, value: string, note?: string): Html {
  return html`<div><dt>${term}</dt><dd>${value}${note && html` <small>${note}</small>`}</dd></div>`;
}

/** What somebody should look at, the gravest first; a sentence when there is nothing. Policies that nobody judged are something. */
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
    ? html`<p class="calm">Nothing: no deployed image goes within ${warningDays} days, no release is deleted, every repository has a lifecycle policy, and no mandatory rule of the policies failed.</p>`
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
    return [{ grave: false, text: html`<a href="#policies">Policies</a> were not judged: ${policyCommand(stack)}` }];
  }
  const open = policies.rules.filter(({ unjudged }) => unjudged.length > 0).length;
  const notices: Notice[] =
    open === 0
      ? []
      : [
          {
            grave: false,
            text: html`<a href="#policies">Policies</a>: ${countText(open, "rule")} could not be judged.`,
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

/** Columns count what happens from the one before on, so that a row's numbers add up. */
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
        "Images, what they take, and how many are deleted or archived when: each column counts what happens after the one before it. An image that is archived counts again for what happens to it then.",
        [{ heading: "Repository" }, ...columns.map((heading) => ({ heading, numeric: true }))],
        [...rows, ...publicRows],
        foot,
      )
}</section>`;
}

function headingOf(heading: (typeof headings)[number]): string {
  return heading === "later" || heading === "stay"
    ? heading.replace(/^./, (letter) => letter.toUpperCase())
    : `Go ${heading}`;
}

function countIn({ rules }: ReportedRepository["preview"], bucket: (typeof buckets)[number]): number | "" {
  return sum(rules, ({ images }) => images[bucket] ?? 0) || "";
}

function sum<T>(list: readonly T[], of: (each: T) => number): number {
  return list.reduce((total, each) => total + of(each), 0);
}
