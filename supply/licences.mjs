// npm run licences: lists the license of every package that the program needs at run time. Exits with 1 when one is not
// allowed.

import * as fs from "node:fs";
import { answerHelp } from "./help.mjs";

/** The licenses that this program may be distributed with. Read a new one before you add it. */
const allowed = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC-BY-3.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "Python-2.0",
]);

/**
 * Packages that declare no SPDX license, by name and version, with the license that their files contain according to
 * our review.
 */
const read = { "@logdna/tail-file@2.2.0": "MIT" };

answerHelp(
  "npm run licences [-- LOCKFILE]",
  "Fails if a package that the program runs with has a licence that is not on the list (docs/licences.md).",
);
const lockfile = process.argv[2] ?? new URL("../package-lock.json", import.meta.url);
const { packages } = JSON.parse(fs.readFileSync(lockfile, "utf8"));
const found = Object.entries(packages)
  .filter(([folder, { dev, link }]) => folder.includes("node_modules/") && !dev && !link)
  .map(([folder, { name: real, version, license }]) => {
    const name = `${real ?? folder.split("node_modules/").pop()}@${version}`;
    return { name, licence: read[name] ?? license ?? "none declared" };
  });
const groups = new Map();
for (const each of found) groups.set(each.licence, [...(groups.get(each.licence) ?? []), each]);
for (const [licence, group] of [...groups].sort(([one], [other]) => (one < other ? -1 : 1))) {
  console.log(`${licence}: ${[...new Set(group.map(({ name }) => name))].sort().join(", ")}`);
}
const refused = found.filter(({ licence }) => !isAllowed(licence));
for (const { name, licence } of refused) {
  console.error(
    `${name}: found the licence ${licence}. Must be one of ${[...allowed].join(", ")}. Use another package.`,
  );
}
process.exitCode = refused.length > 0 ? 1 : 0;

/** Whether an SPDX expression is allowed: every operand of AND, at least one of OR. */
function isAllowed(expression) {
  const bare = expression.replace(/^\((.*)\)$/, "$1");
  if (/[()]/.test(bare)) return false;
  return bare.split(" OR ").some((one) => one.split(" AND ").every((licence) => allowed.has(licence)));
}
