import { HttpError, readForm, redirect, send } from "../http.js";
import { validateOwner } from "../validation.js";
import { ownerFormPage, ownerPage, ownersPage } from "../views/owners.js";

const PAGE_SIZE = 10;
const SEARCH_LIMIT = 100;

/** List, search, show, add and edit. */
export function addOwnerRoutes(router, store) {
  router.get("/owners", ({ request, response, query }) => {
    const search = (query.get("q") ?? "").trim().slice(0, SEARCH_LIMIT);
    const found = store.findOwners(search);
    const pages = Math.max(1, Math.ceil(found.length / PAGE_SIZE));
    const page = Math.min(pages, Math.max(1, Number.parseInt(query.get("page") ?? "1", 10) || 1));
    const owners = found.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
    page200(request, response, ownersPage({ owners, search, page, pages, total: found.length }));
  });

  router.get("/owners/new", ({ request, response }) => {
    page200(request, response, ownerFormPage({ values: {}, errors: {} }));
  });

  router.post("/owners/new", async ({ request, response }) => {
    const { values, errors } = validateOwner(await readForm(request));
    const owner = Object.keys(errors).length === 0 ? store.addOwner(values) : undefined;
    if (owner === undefined) {
      const notice = Object.keys(errors).length === 0 ? "The clinic cannot take more owners." : undefined;
      page422(request, response, ownerFormPage({ values, errors, notice }));
      return;
    }
    redirect(response, `/owners/${owner.id}?done=owner-added`);
  });

  router.get("/owners/:owner", ({ request, response, parameters, query }) => {
    page200(request, response, ownerPage(requireOwner(store, parameters), query.get("done")));
  });

  router.get("/owners/:owner/edit", ({ request, response, parameters }) => {
    const owner = requireOwner(store, parameters);
    page200(request, response, ownerFormPage({ owner, values: owner, errors: {} }));
  });

  router.post("/owners/:owner/edit", async ({ request, response, parameters }) => {
    const owner = requireOwner(store, parameters);
    const { values, errors } = validateOwner(await readForm(request));
    if (Object.keys(errors).length > 0) {
      page422(request, response, ownerFormPage({ owner, values, errors }));
      return;
    }
    store.updateOwner(owner, values);
    redirect(response, `/owners/${owner.id}?done=owner-changed`);
  });
}

export function requireOwner(store, parameters) {
  const owner = store.getOwner(parameters.owner);
  if (owner === undefined) {
    throw new HttpError(404, "There is no such owner.");
  }
  return owner;
}

export function page200(request, response, page) {
  send(request, response, 200, "text/html; charset=utf-8", page);
}

/** The form again, with what is wrong in it. */
export function page422(request, response, page) {
  send(request, response, 422, "text/html; charset=utf-8", page);
}
