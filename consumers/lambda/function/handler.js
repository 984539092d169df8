const day = 24 * 60 * 60 * 1000;
const between = { vaccination: 365, checkUp: 180 };

/**
 * Returns the date of a pet's next visit.
 *
 * @param {{ pet?: string, reason?: "vaccination" | "checkUp", lastVisit?: string }} event the last visit as YYYY-MM-DD
 * @throws Error that says what is wrong with the event.
 */
export async function handler(event) {
  const { pet = "Your pet", reason = "checkUp", lastVisit } = event ?? {};
  const days = Object.hasOwn(between, reason) ? between[reason] : undefined;
  if (days === undefined) {
    throw new Error(`reason: ${JSON.stringify(reason)}: write one of ${Object.keys(between).join(", ")}`);
  }
  const last = Date.parse(`${lastVisit}T00:00:00Z`);
  if (Number.isNaN(last)) throw new Error(`lastVisit: ${JSON.stringify(lastVisit)}: write a date as YYYY-MM-DD`);
  return { pet, reason, nextVisit: new Date(last + days * day).toISOString().slice(0, 10) };
}
