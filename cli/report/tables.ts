import { type Html, type HtmlValue, html } from "./html";

export interface Column {
  heading: HtmlValue;
  /** Numbers stand at the right, so that digits stand below digits. */
  numeric?: boolean;
}

/**
 * A table with a caption, in a frame that scrolls sideways on narrow screens and can be reached with the keyboard.
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
      return index === 0 ? html`<th scope="row" class="${kind}">${cell}</th>` : html`<td class="${kind}">${cell}</td>`;
    });
  return html`<div class="frame" role="region" aria-labelledby="${id}" tabindex="0"><table>
<caption id="${id}"><span>${caption}</span></caption>
<thead><tr>${columns.map(({ heading, numeric }) => html`<th scope="col" class="${numeric ? "number" : "text"}">${heading}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${cells(row)}</tr>\n`)}</tbody>
${foot && html`<tfoot><tr>${cells(foot)}</tr></tfoot>`}</table></div>`;
}
