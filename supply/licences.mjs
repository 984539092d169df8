// npm run licences: the licence of every package that the program needs when it runs. Ends with 1 when one is not allowed.

import * as fs from "node:fs";
import { answerHelp } from "./help.mjs";

/** What this program may be given away with. A new one comes here after somebody has read it. */
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

/** Packages that name no licence in the form of SPDX, and what their file says that we have read: by name and version. */
const read = { "@logdna/tail-file@2.2.0": "MIT" };

answerHelp(
  "npm run licences [-- LOCKFILE]",
  "Fails on a licence that is not on the list, for packages that the program runs with (docs/licences.md).",
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

/** Whether an expression of SPDX is allowed: all parts of AND, one part of OR. */
function isAllowed(expression) {
  const bare = expression.replace(/^\((.*)\)$/, "$1");
  if (/[()]/.test(bare)) return false;
  return bare.split(" OR ").some((one) => one.split(" AND ").every((licence) => allowed.has(licence)));
}
