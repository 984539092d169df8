import { STATUS_CODES } from "node:http";
import { html } from "../html.js";
import { count, layout } from "./layout.js";

export function homePage({ owners, pets, visits }) {
  return layout({
    section: "/",
    content: html`<section class="hero">
<h1>Welcome to the Pet Clinic</h1>
<p>Find an owner to see their pets, book a visit or read what the last one was about.</p>
<form class="search" action="/owners" method="get" role="search">
<label class="hidden" for="q">Search owners</label>
<input type="search" id="q" name="q" maxlength="100" placeholder="Name, city or pet">
<button type="submit">Find owners</button>
</form>
</section>
<ul class="cards three">
<li><a class="card figure" href="/owners"><strong>${owners}</strong> owners</a></li>
<li class="card figure"><strong>${pets}</strong> pets</li>
<li class="card figure"><strong>${visits}</strong> visits</li>
</ul>
<p class="actions"><a class="button" href="/owners/new">Add an owner</a> <a class="button quiet" href="/vets">Meet the vets</a></p>`,
  });
}

export function vetsPage(vets) {
  return layout({
    title: "Vets",
    section: "/vets",
    content: html`<h1>Vets</h1>
<p class="lead">${count(vets.length, "vet")} look after your pets.</p>
<ul class="cards">${vets.map(
      (vet) => html`
<li class="card"><h2>${vet.firstName} ${vet.lastName}</h2>
<p>${vet.specialties.length === 0 ? "General practice" : vet.specialties.map((name) => html`<span class="tag">${name}</span> `)}</p></li>`,
    )}
</ul>`,
  });
}

export function errorPage(status, message) {
  const title = STATUS_CODES[status] ?? "Error";
  return layout({
    title,
    content: html`<section class="hero">
<p class="status">${status}</p>
<h1>${title}</h1>
<p>${message}</p>
<p class="actions"><a class="button" href="/">Back to the start</a> <a class="button quiet" href="/owners">All owners</a></p>
</section>`,
  });
}
