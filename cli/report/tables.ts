import { type Html, type HtmlValue, html } from "./html";

export interface Column {
  heading: string;
  /** Numbers stand at the right, so that digits stand below digits. */
  numeric?: boolean;
}

/**
 * A table with a caption, in a frame that scrolls sideways where it is wider than that, and can be reached with the keyboard. On a phone each row
 * is a paragraph, with its headings before its cells (style.ts); roles say all the same that it is a table.
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
