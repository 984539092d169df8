/**
 * The page's style sheet. Colors are named by role, each pair with a contrast of at least 4.5 in light and dark mode.
 * Color never carries information that words or shapes do not.
 */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --sheet: #f4f6f8; --line: #d5dbe1; --ink: #17212b; --soft: #51606e; --link: #0a5c9e;
  --expire: #a8401a; --expire-sheet: #fbebe4; --archive: #5a4aa8; --archive-sheet: #eeebfa; --keep: #2b6a4d; --keep-sheet: #e6f2ec;
  --grave: #a3162b; --grave-sheet: #fdecee; --mild: #7a5600; --mild-sheet: #fbf3dd; --now: #9cc4e4; --steady: #c9b8ee; --track: #e7ebef;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12181e; --sheet: #1a222a; --line: #34404b; --ink: #e4eaf0; --soft: #a3b1be; --link: #7fc0f5;
    --expire: #f0956b; --expire-sheet: #3a2117; --archive: #b5a6f5; --archive-sheet: #292347; --keep: #7fcaa4; --keep-sheet: #173026;
    --grave: #ff97a3; --grave-sheet: #3d181e; --mild: #ecc46a; --mild-sheet: #352a10; --now: #275a80; --steady: #554391; --track: #232d36;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 3.5rem; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 76rem; padding: 0 1.5rem 3rem; background: var(--paper); color: var(--ink);
  font: 0.9375rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); text-underline-offset: 0.15em; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
main:focus { outline: none; }
code, .tag, .name { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.9em; }
small { font-size: 0.8125rem; color: var(--soft); font-weight: 400; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 0.5rem; padding: 0.5rem 0.75rem; background: var(--paper); z-index: 3; }

.page-head { padding: 2rem 0 1.25rem; }
.kind { margin: 0; color: var(--soft); font-weight: 600; }
h1 { margin: 0; font-size: 2rem; line-height: 1.2; letter-spacing: -0.015em; }
h2 { margin: 0 0 0.5rem; font-size: 1.3125rem; line-height: 1.3; letter-spacing: -0.01em; }
h3 { margin: 0 0 0.25rem; font-size: 1rem; }
.meta { margin: 0.25rem 0 0; color: var(--soft); max-width: 48rem; }
.figures { display: grid; grid-template-columns: repeat(6, 1fr); margin: 1.5rem 0 0; border-block: 1px solid var(--line); }
.figures div { padding: 0.75rem 1rem; border-left: 1px solid var(--line); }
.figures div:first-child { padding-left: 0; border-left: 0; }
dt { color: var(--soft); font-size: 0.8125rem; }
dd { margin: 0; font-size: 1.375rem; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; white-space: nowrap; }

nav { position: sticky; top: 0; z-index: 2; background: var(--paper); border-bottom: 1px solid var(--line); margin: 0 -1.5rem; padding: 0 1.5rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 0 1.25rem; margin: 0; padding: 0; list-style: none; }
nav a { display: block; padding: 0.625rem 0; text-decoration: none; font-weight: 500; }
nav a:hover { text-decoration: underline; }
section { margin-top: 2.25rem; }
section.repository { padding-top: 1.5rem; border-top: 1px solid var(--line); }
section p { margin: 0 0 0.75rem; max-width: 48rem; }
section p.meta { margin-bottom: 1rem; }
.note { color: var(--soft); }
.calm { color: var(--keep); }

.notices { margin: 0; padding: 0; list-style: none; display: grid; gap: 0.375rem; }
.notices li { display: flex; gap: 0.75rem; padding: 0.5rem 0.75rem; border-radius: 4px; }
.notices b { flex: none; width: 2.75rem; }
.notices .grave { background: var(--grave-sheet); } .notices .grave b, .finding.grave h3 small { color: var(--grave); }
.notices .mild { background: var(--mild-sheet); } .notices .mild b, .finding.mild h3 small { color: var(--mild); }

.frame { overflow-x: auto; margin: 0.5rem 0 1rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding-bottom: 0.375rem; }
/* Beside a table that is wider than the screen, its caption stays and wraps. */
caption span { display: block; position: sticky; left: 0; max-width: min(48rem, calc(100vw - 2rem)); }
th, td { padding: 0.375rem 0.625rem; border-bottom: 1px solid var(--line); vertical-align: top; text-align: left; }
th:first-child, td:first-child { padding-left: 0; } th:last-child, td:last-child { padding-right: 0; }
th { font-weight: 600; } tbody th { font-weight: 500; }
thead th { color: var(--soft); font-size: 0.8125rem; vertical-align: bottom; border-bottom-color: var(--soft); }
tfoot th, tfoot td { font-weight: 600; border-bottom: 0; border-top: 1px solid var(--soft); }
.number { text-align: right; white-space: nowrap; }
td.text, th.text { overflow-wrap: normal; }
tbody tr:hover { background: var(--sheet); }
.images td, .images tbody th, .images time { font-size: 0.875rem; }
.images time, .fate { white-space: nowrap; }
.images tbody th { min-width: 9rem; overflow-wrap: anywhere; } .images td:nth-child(3) { min-width: 11rem; }
.tag { display: inline-block; padding: 0 0.375rem; background: var(--sheet); border: 1px solid var(--line); border-radius: 3px; }
i { color: var(--soft); }
.runs { display: block; color: var(--soft); font-size: 0.8125rem; }
.fate { display: inline-block; padding: 0 0.375rem; border-radius: 3px; }
.fate.expire { color: var(--expire); background: var(--expire-sheet); }
.fate.archive { color: var(--archive); background: var(--archive-sheet); }
.fate.keep { color: var(--keep); background: var(--keep-sheet); }

details { margin: 0.75rem 0; }
summary { cursor: pointer; padding: 0.25rem 0; font-weight: 600; width: fit-content; }
.tools { display: flex; flex-wrap: wrap; align-items: end; gap: 0.5rem 0.75rem; margin-top: 1.5rem; padding: 0.75rem; background: var(--sheet); border-radius: 4px; }
.tools[hidden], tr[hidden] { display: none; }
.tools label { flex: 1 1 18rem; color: var(--soft); font-size: 0.8125rem; }
.tools output { align-self: center; }
input, button { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--soft); border-radius: 4px; padding: 0.375rem 0.625rem; }
input { display: block; width: 100%; font-size: 0.9375rem; }
button { cursor: pointer; } button:hover { background: var(--sheet); }

figure { margin: 0 0 1rem; }
figcaption { color: var(--soft); margin-bottom: 0.5rem; }
figcaption b { color: var(--ink); font-weight: 600; }
.legend { white-space: nowrap; }
.key { display: inline-block; width: 0.75rem; height: 0.75rem; margin: 0 0.125rem -0.0625rem 0.5rem; border-radius: 2px; }
.key.expire { background: var(--expire); } .key.archive { border: 2px solid var(--archive); background: var(--archive-sheet); }
.lanes { margin: 0; padding: 0; list-style: none; display: grid; gap: 0.5rem; }
.lanes p { display: flex; flex-wrap: wrap; gap: 0 0.5rem; margin: 0; max-width: none; line-height: 1.4; }
.lane-count { margin-left: auto; color: var(--soft); font-variant-numeric: tabular-nums; }
.lane-count b { color: var(--ink); }
svg { display: block; overflow: visible; }
svg text { fill: var(--soft); font-size: 0.75rem; }
.grid { stroke: var(--line); stroke-dasharray: 2 3; } .base { stroke: var(--soft); }
rect.expire { fill: var(--expire); }
rect.archive { fill: var(--archive-sheet); stroke: var(--archive); stroke-width: 1.5; }
.track { fill: var(--track); } rect.now { fill: var(--now); } rect.steady { fill: var(--steady); } .storage text { fill: var(--ink); }
.free { stroke: var(--keep); stroke-width: 2; stroke-dasharray: 4 2; }
.bars { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 0 2rem; }
.finding { margin: 0.75rem 0; padding: 0.75rem; border-radius: 4px; background: var(--sheet); }
.finding.grave { background: var(--grave-sheet); } .finding.mild { background: var(--mild-sheet); }
.finding small { color: var(--ink); } .finding ul { margin: 0; padding-left: 1.25rem; } .finding li + li { margin-top: 0.375rem; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: 0.8125rem; }

@media (max-width: 48rem) {
  body { padding: 0 1rem 2rem; }
  nav { margin: 0 -1rem; padding: 0 1rem; }
  h1 { font-size: 1.625rem; }
  .figures { grid-template-columns: repeat(2, 1fr); }
  .figures div { padding: 0.5rem 0; border-left: 0; }
  dd { font-size: 1.1875rem; }
  .lane-count { margin-left: 0; width: 100%; }
  .tight { display: none; }
}
@media screen and (max-width: 48rem) {
  .frame { overflow: visible; }
  table, caption, tbody, tfoot, tr, tbody th, tfoot th { display: block; }
  thead { position: absolute; left: -999rem; }
  tr { padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
  th, td, tfoot th, tfoot td { border: 0; padding: 0.0625rem 0; text-align: left; }
  td { display: flex; flex-wrap: wrap; gap: 0 1rem; justify-content: space-between; }
  td.text, th.text, .number { overflow-wrap: anywhere; white-space: normal; }
  .images tbody th, .images td:nth-child(3) { min-width: 0; }
  td:empty { display: none; }
  td::before { content: attr(data-label); flex: none; color: var(--soft); font-size: 0.8125rem; }
}
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 9pt; }
  nav, .tools, .skip { display: none; }
  .frame { overflow: visible; }
  tr, .lanes li, .notices li, .finding { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  rect, .key, .fate, .notices li, .finding, .tag { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
