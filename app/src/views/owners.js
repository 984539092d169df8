import { formatDate } from "../dates.js";
import { html } from "../html.js";
import { LIMITS } from "../validation.js";
import { count, field, formErrors, layout, textControl } from "./layout.js";

const DONE = {
  "owner-added": "The owner was added.",
  "owner-changed": "The owner's details were changed.",
  "pet-added": "The pet was added.",
  "visit-added": "The visit was added.",
};

const LABELS = {
  firstName: "First name",
  lastName: "Last name",
  address: "Address",
  city: "City",
  telephone: "Telephone",
};

export function ownersPage({ owners, search, page, pages, total }) {
  return layout({
    title: search === "" ? "Owners" : `Owners matching “${search}”`,
    section: "/owners",
    content: html`<div class="heading"><h1>Owners</h1><a class="button" href="/owners/new">Add an owner</a></div>
<form class="search" action="/owners" method="get" role="search">
<label class="hidden" for="q">Search owners</label>
<input type="search" id="q" name="q" value="${search}" maxlength="100" placeholder="Name, city or pet">
<button type="submit">Search</button>
</form>
${search === "" ? "" : html`<p class="lead">${count(total, "owner")} matching “${search}” · <a href="/owners">Show all</a></p>`}
${owners.length === 0 ? html`<p class="empty">Nobody found. Try another name, a city or a pet's name.</p>` : ownersTable(owners)}
${pages > 1 && pager({ search, page, pages })}`,
  });
}

function ownersTable(owners) {
  return html`<div class="scroll"><table>
<thead><tr><th scope="col">Name</th><th scope="col">City</th><th scope="col">Telephone</th><th scope="col">Pets</th></tr></thead>
<tbody>${owners.map(
    (owner) => html`
<tr><th scope="row"><a href="/owners/${owner.id}">${owner.firstName} ${owner.lastName}</a></th>
<td data-label="City">${owner.city}</td>
<td data-label="Telephone">${owner.telephone}</td>
<td data-label="Pets">${owner.pets.map((pet) => pet.name).join(", ") || "none yet"}</td></tr>`,
  )}
</tbody></table></div>`;
}

function pager({ search, page, pages }) {
  const link = (target, text) => {
    const query = new URLSearchParams({ ...(search !== "" && { q: search }), page: String(target) });
    return html`<a class="button quiet" href="/owners?${query}">${text}</a>`;
  };
  return html`<nav class="pager" aria-label="Pages">
${page > 1 ? link(page - 1, "Previous") : html`<span></span>`}
<span>Page ${page} of ${pages}</span>
${page < pages ? link(page + 1, "Next") : html`<span></span>`}
</nav>`;
}

/** An owner with pets and visits. `done` names what was just saved; anything unknown in the address shows nothing. */
export function ownerPage(owner, done) {
  const message = done !== null && Object.hasOwn(DONE, done) ? DONE[done] : undefined;
  return layout({
    title: `${owner.firstName} ${owner.lastName}`,
    section: "/owners",
    content: html`${message && html`<p class="notice" role="status">${message}</p>`}
<div class="heading"><h1>${owner.firstName} ${owner.lastName}</h1><a class="button quiet" href="/owners/${owner.id}/edit">Edit owner</a></div>
<dl class="card details">
<div><dt>Address</dt><dd>${owner.address}</dd></div>
<div><dt>City</dt><dd>${owner.city}</dd></div>
<div><dt>Telephone</dt><dd>${owner.telephone}</dd></div>
</dl>
<div class="heading"><h2>Pets and visits</h2><a class="button" href="/owners/${owner.id}/pets/new">Add a pet</a></div>
${
  owner.pets.length === 0
    ? html`<p class="empty">No pets yet.</p>`
    : html`<ul class="cards">${owner.pets.map((pet) => petCard(owner, pet))}
</ul>`
}`,
  });
}

function petCard(owner, pet) {
  return html`
<li class="card pet"><div class="heading"><h3>${pet.name}</h3><span class="tag">${pet.type}</span></div>
<p class="hint">Born ${formatDate(pet.birthDate)}</p>
${
  pet.visits.length === 0
    ? html`<p class="empty">No visits yet.</p>`
    : html`<ol class="visits">${pet.visits.map(
        (visit) => html`
<li><time datetime="${visit.date}">${formatDate(visit.date)}</time> <span class="text">${visit.description}</span></li>`,
      )}
</ol>`
}
<p class="actions"><a class="button quiet" href="/owners/${owner.id}/pets/${pet.id}/visits/new">Add a visit<span class="hidden"> of ${pet.name}</span></a></p></li>`;
}

/** For a new owner, or with `owner` for a change. */
export function ownerFormPage({ owner, values, errors, notice }) {
  const title = owner === undefined ? "Add an owner" : "Edit owner";
  const text = (name, maxLength, options) =>
    field({ name, label: LABELS[name], values, errors, control: textControl(maxLength, options) });
  return layout({
    title: Object.keys(errors).length > 0 ? `Error: ${title}` : title,
    section: "/owners",
    content: html`<h1>${title}</h1>
${formErrors(errors, LABELS, notice)}
<form class="card" method="post" action="${owner === undefined ? "/owners/new" : `/owners/${owner.id}/edit`}" novalidate>
<div class="pair">${text("firstName", LIMITS.name)}${text("lastName", LIMITS.name)}</div>
${text("address", LIMITS.address)}
<div class="pair">${text("city", LIMITS.city)}${text("telephone", LIMITS.telephone, { type: "tel" })}</div>
<p class="actions"><button type="submit">Save owner</button> <a class="button quiet" href="${owner === undefined ? "/owners" : `/owners/${owner.id}`}">Cancel</a></p>
</form>`,
  });
}
