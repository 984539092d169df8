import { createHash } from "node:crypto";
import { costSection } from "./cost";
import { Html, html } from "./html";
import type { ReportModel } from "./model";
import { policySection } from "./policySection";
import { repositorySections } from "./repositories";
import { script } from "./script";
import { style } from "./style";
import { attention, overview, pageHeader } from "./summary";

/** Limit on the images listed for each repository: more make browsers slow. */
export const defaultImageLimit = 2000;

/**
 * The whole report as one self-contained HTML page: style and script are inline, and its content security policy blocks
 * everything else.
 *
 * @param imageLimit Images listed for each repository. @default 2000
 */
export function reportPage(model: ReportModel, imageLimit = defaultImageLimit): string {
  const title = model.stack === undefined ? "Amazon ECR report" : `Amazon ECR report: ${model.stack}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${Html.trusted(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
${pageHeader(model)}
<nav aria-label="Sections"><ul>
<li><a href="#attention">Attention</a></li><li><a href="#repositories">Repositories</a></li><li><a href="#policies">Policies</a></li><li><a href="#cost">Cost</a></li>
</ul></nav>
<main id="main" tabindex="-1">
${attention(model)}
${overview(model)}
${tools()}
${repositorySections(model, imageLimit)}
${policySection(model)}
${costSection(model.cost)}
</main>
<footer><p>Evaluated by the lifecycle rules of Amazon ECR, which acts within 24 hours after the day shown. Sizes in decimal units; times in UTC.</p></footer>
<script>${Html.trusted(script)}</script>
</body>
</html>
`;
  return page.toString();
}

/** Hidden until the script runs: without it, the browser's own search still finds images. */
function tools(): Html {
  return html`<div class="tools" role="search" aria-label="Images" hidden>
<label>Find images by tag, digest or what runs them <input type="search" autocomplete="off" spellcheck="false"></label>
<output aria-live="polite"></output>
<button type="button" data-open>Open all</button><button type="button" data-close>Close all</button></div>`;
}

function contentSecurityPolicy(): string {
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  return [
    "default-src 'none'",
    `style-src ${hash(style)}`,
    `script-src ${hash(script)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}
