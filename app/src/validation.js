import { dateFromNow, dateYearsAgo, formatDate, isDate } from "./dates.js";

export const PET_TYPES = ["bird", "cat", "dog", "hamster", "horse", "lizard", "rabbit", "snake", "tortoise"];

/** Lengths in characters. The views use the same numbers for `maxlength`. */
export const LIMITS = { name: 40, address: 120, city: 60, telephone: 25, description: 500 };

/** The oldest pets, some parrots and tortoises, outlive this; nobody brings one that is older. */
export const OLDEST_PET_YEARS = 150;
export const FURTHEST_VISIT_DAYS = 366;

/**
 * Each function takes a form's fields and returns `{ values, errors }`: the trimmed text of every field, to fill the
 * form again, and a message for each field that is wrong. Without errors the values are fit for the store.
 */
export function validateOwner(form) {
  const values = read(form, ["firstName", "lastName", "address", "city", "telephone"]);
  const errors = {
    ...text(values, "firstName", "a first name", LIMITS.name),
    ...text(values, "lastName", "a last name", LIMITS.name),
    ...text(values, "address", "an address", LIMITS.address),
    ...text(values, "city", "a city", LIMITS.city),
    ...telephone(values),
  };
  return { values, errors };
}

export function validatePet(form, siblings) {
  const values = read(form, ["name", "birthDate", "type"]);
  const errors = {
    ...text(values, "name", "a name", LIMITS.name),
    // The day after tomorrow has begun nowhere on Earth; tomorrow may have, where the visitor is.
    ...date(values, "birthDate", "a birth date", dateYearsAgo(OLDEST_PET_YEARS), dateFromNow(1)),
  };
  if (!PET_TYPES.includes(values.type)) {
    errors.type = "Choose a type from the list.";
  }
  const sameName = (pet) => pet.name.toLowerCase() === values.name.toLowerCase();
  if (errors.name === undefined && siblings.some(sameName)) {
    errors.name = `This owner already has a pet called ${values.name}.`;
  }
  return { values, errors };
}

export function validateVisit(form, pet) {
  const values = read(form, ["date", "description"]);
  const errors = {
    ...date(values, "date", "a date", pet.birthDate, dateFromNow(FURTHEST_VISIT_DAYS)),
    ...text(values, "description", "what the visit is for", LIMITS.description),
  };
  return { values, errors };
}

function read(form, names) {
  return Object.fromEntries(names.map((name) => [name, (form.get(name) ?? "").normalize("NFC").trim()]));
}

function text(values, name, what, limit) {
  const value = values[name];
  if (value === "") {
    return { [name]: `Enter ${what}.` };
  }
  const length = [...value].length;
  if (length > limit) {
    return { [name]: `This has ${length} characters; ${limit} are allowed.` };
  }
  // Control characters, and the format characters that turn the direction of the text around them.
  if (/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(value.replace(/\r?\n/g, name === "description" ? " " : "\0"))) {
    return { [name]: "This has characters that cannot be shown. Remove them." };
  }
  return {};
}

function telephone(values) {
  if (values.telephone === "") {
    return { telephone: "Enter a telephone number." };
  }
  const digits = values.telephone.replace(/\D/g, "").length;
  if (
    !/^\+?[\d ()./-]+$/.test(values.telephone) ||
    digits < 5 ||
    digits > 15 ||
    values.telephone.length > LIMITS.telephone
  ) {
    return { telephone: "Enter 5 to 15 digits; spaces, brackets, dots, dashes and a leading + are fine." };
  }
  return {};
}

function date(values, name, what, earliest, latest) {
  const value = values[name];
  if (value === "") {
    return { [name]: `Enter ${what}.` };
  }
  if (!isDate(value)) {
    return { [name]: "Enter a day of the calendar as YYYY-MM-DD, for example 2024-03-05." };
  }
  if (value < earliest) {
    return { [name]: `This is before ${formatDate(earliest)}.` };
  }
  if (value > latest) {
    return { [name]: `This is after ${formatDate(latest)}.` };
  }
  return {};
}
