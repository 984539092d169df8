import { HttpError, readForm, redirect } from "../http.js";
import { validatePet, validateVisit } from "../validation.js";
import { petFormPage, visitFormPage } from "../views/pets.js";
import { page200, page422, requireOwner } from "./owners.js";

/** Adding a pet to an owner, and a visit to a pet. Both are shown on the owner's page. */
export function addPetRoutes(router, store) {
  router.get("/owners/:owner/pets/new", ({ request, response, parameters }) => {
    const owner = requireOwner(store, parameters);
    page200(request, response, petFormPage({ owner, values: {}, errors: {} }));
  });

  router.post("/owners/:owner/pets/new", async ({ request, response, parameters }) => {
    const owner = requireOwner(store, parameters);
    const { values, errors } = validatePet(await readForm(request), owner.pets);
    const valid = Object.keys(errors).length === 0;
    if (!valid || store.addPet(owner, values) === undefined) {
      const notice = valid ? "The clinic cannot take more pets of this owner." : undefined;
      page422(request, response, petFormPage({ owner, values, errors, notice }));
      return;
    }
    redirect(response, `/owners/${owner.id}?done=pet-added`);
  });

  router.get("/owners/:owner/pets/:pet/visits/new", ({ request, response, parameters }) => {
    const pet = requirePet(store, parameters);
    page200(request, response, visitFormPage({ pet, values: {}, errors: {} }));
  });

  router.post("/owners/:owner/pets/:pet/visits/new", async ({ request, response, parameters }) => {
    const pet = requirePet(store, parameters);
    const { values, errors } = validateVisit(await readForm(request), pet);
    const valid = Object.keys(errors).length === 0;
    if (!valid || store.addVisit(pet, values) === undefined) {
      const notice = valid ? "The clinic cannot take more visits of this pet." : undefined;
      page422(request, response, visitFormPage({ pet, values, errors, notice }));
      return;
    }
    redirect(response, `/owners/${pet.owner.id}?done=visit-added`);
  });
}

function requirePet(store, parameters) {
  requireOwner(store, parameters);
  const pet = store.getPet(parameters.owner, parameters.pet);
  if (pet === undefined) {
    throw new HttpError(404, "This owner has no such pet.");
  }
  return pet;
}
