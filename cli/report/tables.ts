import { type Html, type HtmlValue, html } from "./html";

export interface Column {
  heading: string;
  /** Numbers are right-aligned, so that their digits line up. */
  numeric?: boolean;
}

/**
 * A table with a caption, in a frame that scrolls horizontally when the table is too wide and that is reachable with
 * the keyboard. On a phone each row is a paragraph with headings before its cells (style.ts); roles still mark it as a
 * table.
 *
 * @param rows The first cell of each is its heading.
 * @param id Unique in the page.
 */
export function table(
  id: string,
  caption: HtmlValue,
  columns: readonly Column[],
  rows: readonly (readonly HtmlValue[])[],
  foot?: readonly HtmlValue[],
): Html {
  const cells = (row: readonly HtmlValue[]) =>
    row.map((cell, index) => {
      const kind = columns[index]?.numeric ? "number" : "text";
      const label = html`data-label="${columns[index]?.heading ?? ""}"`;
      return index === 0
        ? html`<th scope="row" role="rowheader" class="${kind}">${cell}</th>`
        : html`<td role="cell" class="${kind}" ${label}>${cell}</td>`;
    });
  return html`<div class="frame" role="region" aria-labelledby="${id}" tabindex="0"><table role="table">
<caption id="${id}"><span>${caption}</span></caption>
<thead role="rowgroup"><tr role="row">${columns.map(({ heading, numeric }) => html`<th scope="col" role="columnheader" class="${numeric ? "number" : "text"}">${heading}</th>`)}</tr></thead>
<tbody role="rowgroup">
${rows.map((row) => html`<tr role="row">${cells(row)}</tr>\n`)}</tbody>
${foot && html`<tfoot role="rowgroup"><tr role="row">${cells(foot)}</tr></tfoot>`}</table></div>`;
}
