/**
 * The page's interactive functions: finding images by tag or digest, expanding and collapsing everything, and printing
 * all of it. The page shows the same content without it. It is a string, so that the content security policy can
 * include its hash.
 */
export const script = `"use strict";
(() => {
  const tools = document.querySelector(".tools");
  const field = tools.querySelector("input");
  const count = tools.querySelector("output");
  const rows = [...document.querySelectorAll("details.images tbody tr")].map((row) => [
    row,
    (row.cells[0].textContent + " " + row.querySelector("code").title).toLowerCase(),
  ]);
  const all = [...document.querySelectorAll("details")];
  const find = () => {
    const wanted = field.value.trim().toLowerCase();
    let shown = 0;
    for (const [row, text] of rows) {
      row.hidden = !text.includes(wanted);
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = wanted === "" ? "" : shown + " of " + rows.length + " images";
  };
  const setOpen = (open) => {
    for (const each of all) each.open = open;
  };
  field.addEventListener("input", find);
  tools.querySelector("[data-open]").addEventListener("click", () => setOpen(true));
  tools.querySelector("[data-close]").addEventListener("click", () => setOpen(false));
  let before = [];
  window.addEventListener("beforeprint", () => {
    before = all.map((each) => each.open);
    setOpen(true);
  });
  window.addEventListener("afterprint", () => {
    all.forEach((each, index) => { each.open = before[index]; });
  });
  tools.hidden = rows.length === 0;
})();
`;
