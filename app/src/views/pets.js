import { dateFromNow, dateYearsAgo, formatDate } from "../dates.js";
import { html } from "../html.js";
import { FURTHEST_VISIT_DAYS, LIMITS, OLDEST_PET_YEARS, PET_TYPES } from "../validation.js";
import { dateControl, field, formErrors, layout, textControl } from "./layout.js";

const PET_LABELS = { name: "Name", birthDate: "Birth date", type: "Type" };
const VISIT_LABELS = { date: "Date", description: "What is it about?" };

export function petFormPage({ owner, values, errors, notice }) {
  const title = "Add a pet";
  return layout({
    title: Object.keys(errors).length > 0 ? `Error: ${title}` : title,
    section: "/owners",
    content: html`<h1>${title}</h1>
<p class="lead">Owner: <a href="/owners/${owner.id}">${owner.firstName} ${owner.lastName}</a></p>
${formErrors(errors, PET_LABELS, notice)}
<form class="card" method="post" action="/owners/${owner.id}/pets/new" novalidate>
${field({ name: "name", label: PET_LABELS.name, values, errors, control: textControl(LIMITS.name) })}
<div class="pair">
${field({
  name: "birthDate",
  label: PET_LABELS.birthDate,
  values,
  errors,
  control: dateControl(dateYearsAgo(OLDEST_PET_YEARS), dateFromNow(1)),
})}
${field({ name: "type", label: PET_LABELS.type, values, errors, control: typeControl })}
</div>
<p class="actions"><button type="submit">Save pet</button> <a class="button quiet" href="/owners/${owner.id}">Cancel</a></p>
</form>`,
  });
}

function typeControl(attributes, value) {
  return html`<select ${attributes}>
<option value="">Choose…</option>${PET_TYPES.map(
    (type) => html`
<option value="${type}"${type === value && html` selected`}>${type}</option>`,
  )}
</select>`;
}

export function visitFormPage({ pet, values, errors, notice }) {
  const title = "Add a visit";
  return layout({
    title: Object.keys(errors).length > 0 ? `Error: ${title}` : title,
    section: "/owners",
    content: html`<h1>${title}</h1>
<p class="lead">${pet.name}, ${pet.type}, born ${formatDate(pet.birthDate)} · Owner:
<a href="/owners/${pet.owner.id}">${pet.owner.firstName} ${pet.owner.lastName}</a></p>
${formErrors(errors, VISIT_LABELS, notice)}
<form class="card" method="post" action="/owners/${pet.owner.id}/pets/${pet.id}/visits/new" novalidate>
${field({
  name: "date",
  label: VISIT_LABELS.date,
  values: { ...values, date: values.date ?? dateFromNow(0) },
  errors,
  control: dateControl(pet.birthDate, dateFromNow(FURTHEST_VISIT_DAYS)),
})}
${field({
  name: "description",
  label: VISIT_LABELS.description,
  values,
  errors,
  hint: `Up to ${LIMITS.description} characters.`,
  control: (attributes, value) =>
    html`<textarea ${attributes} rows="4" maxlength="${LIMITS.description}">\n${value}</textarea>`,
})}
<p class="actions"><button type="submit">Save visit</button> <a class="button quiet" href="/owners/${pet.owner.id}">Cancel</a></p>
</form>`,
  });
}
