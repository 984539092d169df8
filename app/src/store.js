import { dateFromNow } from "./dates.js";
import { OWNERS, VETS } from "./sampleData.js";

/** Bounds on what visitors can make the process keep in memory. */
export const CAPACITY = { owners: 2_000, petsOfOwner: 30, visitsOfPet: 200 };

/**
 * The clinic's data, in memory and gone with the process, which starts with the sample. The methods take validated
 * values; those that add return the new record, or undefined when the clinic cannot take more.
 */
export function createStore() {
  const owners = new Map();
  const pets = new Map();
  let lastOwnerId = 0;
  let lastPetId = 0;

  const store = {
    vets: VETS,

    /** Owners whose name, city, telephone or pets contain every word of the text, by last name. All without a text. */
    findOwners(search = "") {
      const words = search.toLowerCase().split(/\s+/).filter(Boolean);
      const matches = (owner) => {
        const names = owner.pets.map((pet) => pet.name);
        const text = [owner.firstName, owner.lastName, owner.city, owner.telephone, ...names].join("\n").toLowerCase();
        return words.every((word) => text.includes(word));
      };
      return [...owners.values()].filter(matches).sort(byName);
    },

    getOwner: (id) => owners.get(Number(id)),

    /** A pet, only through its owner: a pet's number under another owner's path is not found. */
    getPet(ownerId, petId) {
      const pet = pets.get(Number(petId));
      return pet?.owner.id === Number(ownerId) ? pet : undefined;
    },

    addOwner(values) {
      if (owners.size >= CAPACITY.owners) {
        return undefined;
      }
      lastOwnerId += 1;
      const owner = { id: lastOwnerId, pets: [], ...values };
      owners.set(owner.id, owner);
      return owner;
    },

    updateOwner: (owner, values) => Object.assign(owner, values),

    addPet(owner, values) {
      if (owner.pets.length >= CAPACITY.petsOfOwner) {
        return undefined;
      }
      lastPetId += 1;
      const pet = { id: lastPetId, owner, visits: [], ...values };
      pets.set(pet.id, pet);
      owner.pets.push(pet);
      return pet;
    },

    /** Visits are kept with the latest first. */
    addVisit(pet, values) {
      if (pet.visits.length >= CAPACITY.visitsOfPet) {
        return undefined;
      }
      const visit = { ...values };
      pet.visits.push(visit);
      pet.visits.sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0));
      return visit;
    },

    counts() {
      let visits = 0;
      for (const pet of pets.values()) {
        visits += pet.visits.length;
      }
      return { owners: owners.size, pets: pets.size, visits };
    },
  };
  fill(store);
  return store;
}

function fill(store) {
  for (const sample of OWNERS) {
    const [firstName, lastName, address, city, telephone] = sample.owner;
    const owner = store.addOwner({ firstName, lastName, address, city, telephone });
    for (const { pet, visits } of sample.pets) {
      const [name, birthDate, type] = pet;
      const added = store.addPet(owner, { name, birthDate, type });
      for (const [days, description] of visits) {
        store.addVisit(added, { date: dateFromNow(days), description });
      }
    }
  }
}

function byName(a, b) {
  return a.lastName.localeCompare(b.lastName) || a.firstName.localeCompare(b.firstName) || a.id - b.id;
}
