const DAY_MS = 24 * 60 * 60 * 1000;

/** Dates are calendar days as "YYYY-MM-DD": they compare as text and have no time zone to get wrong. */
export function isDate(text) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    return false;
  }
  const time = Date.parse(`${text}T00:00:00Z`);
  // Date.parse rolls 30 February over to March on some engines, so the way back must give the same text.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** The day that is `days` after (or, when negative, before) now, in UTC. */
export function dateFromNow(days, now = Date.now()) {
  return new Date(now + days * DAY_MS).toISOString().slice(0, 10);
}

/** The day that is `years` before now, in UTC. */
export function dateYearsAgo(years, now = Date.now()) {
  const date = new Date(now);
  date.setUTCFullYear(date.getUTCFullYear() - years);
  return date.toISOString().slice(0, 10);
}

/** "2024-03-05" as "5 Mar 2024". */
export function formatDate(date) {
  return new Date(`${date}T00:00:00Z`).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
}
