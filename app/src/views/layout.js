import { html } from "../html.js";

const SECTIONS = [
  ["/", "Home"],
  ["/owners", "Owners"],
  ["/vets", "Vets"],
];

/** A whole page. `section` is the path of the navigation entry that it belongs to. */
export function layout({ title, section, content }) {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title === undefined ? "" : html`${title} · `}Pet Clinic</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/styles.css">
<link rel="stylesheet" href="/components.css">
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="site">
<div class="inner">
<a class="brand" href="/"><img src="/favicon.svg" alt="" width="36" height="36">Pet Clinic</a>
<nav aria-label="Main"><ul>${SECTIONS.map(
    ([path, name]) => html`
<li><a href="${path}"${section === path ? html` aria-current="true"` : ""}>${name}</a></li>`,
  )}
</ul></nav>
</div>
</header>
<main id="main" tabindex="-1">
${content}
</main>
<footer class="site"><p>Pet Clinic keeps its records in memory: they start over with the server.</p></footer>
</body>
</html>
`;
  return page.toString();
}

/** A form's notice above the fields, and for each wrong field a link to it. */
export function formErrors(errors, labels, notice) {
  const names = Object.keys(errors);
  if (names.length === 0 && notice === undefined) {
    return "";
  }
  return html`<div class="notice error" role="alert">
<p>${notice ?? "Nothing was saved yet. Please look at:"}</p>
${
  names.length > 0 &&
  html`<ul>${names.map(
    (name) => html`
<li><a href="#${name}">${labels[name]}</a>: ${errors[name]}</li>`,
  )}
</ul>`
}
</div>`;
}

/** One labelled field: label, hint, control and message, tied together for screen readers. */
export function field({ name, label, values, errors, hint, control }) {
  const error = errors[name];
  const describedBy = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ");
  const attributes = html`id="${name}" name="${name}" required${describedBy !== "" && html` aria-describedby="${describedBy}"`}${
    error !== undefined && html` aria-invalid="true"`
  }`;
  return html`<div class="field">
<label for="${name}">${label}</label>
${hint && html`<p class="hint" id="${name}-hint">${hint}</p>`}
${control(attributes, values[name] ?? "")}
${error && html`<p class="message" id="${name}-error">${error}</p>`}
</div>`;
}

/** A one-line text field. */
export function textControl(maxLength, { type = "text", autocomplete = "off" } = {}) {
  return (attributes, value) =>
    html`<input type="${type}" ${attributes} value="${value}" maxlength="${maxLength}" autocomplete="${autocomplete}">`;
}

/** A day of the calendar between two others. */
export function dateControl(earliest, latest) {
  return (attributes, value) =>
    html`<input type="date" ${attributes} value="${value}" min="${earliest}" max="${latest}">`;
}

/** `1 pet`, `2 pets`. */
export function count(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
