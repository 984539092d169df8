// npm run audit: what is known against the packages of the lockfile, from the registry that npm is set to.
// Ends with 0 when nothing is known, 1 when something is, 2 when the registry has no answer to that.
import { spawnSync } from "node:child_process";
import { answerHelp } from "./help.mjs";

answerHelp(
  "npm run audit [-- NPM'S OPTION…]",
  "What is known against the packages of the lockfile, from the registry that npm is set to.\nEnds with 0 when nothing is known, 1 when something is, 2 when the registry has no answer to that.",
  true,
);

const { stdout, error } = spawnSync("npm", ["audit", "--json", "--loglevel=silent", ...process.argv.slice(2)], {
  encoding: "utf8",
  maxBuffer: 1 << 28,
});
if (error) throw error;
const answer = read(stdout);
if (answer?.metadata?.vulnerabilities === undefined) {
  const why = answer?.message ?? answer?.error?.summary ?? "no answer that can be read";
  // The address of the registry is the user's own affair; the message's first words say what it did.
  console.error(
    `npm audit: the registry answered "${why.split(" - ")[0]}". Nothing was checked. Set npm's registry to one that answers audits (npm_config_registry).`,
  );
  process.exit(2);
}
const { total, ...levels } = answer.metadata.vulnerabilities;
for (const { name, severity, range, via, fixAvailable } of Object.values(answer.vulnerabilities)) {
  const titles = via.filter((each) => typeof each === "object").map(({ title, url }) => `${title} ${url}`);
  const fix = fixAvailable ? "npm audit fix" : "no fixed version";
  console.log(`${name} ${range}: ${severity}. ${titles.join("; ") || `through ${via.join(", ")}`}. Do: ${fix}.`);
}
const found = Object.entries(levels).filter(([, count]) => count > 0);
const packages = answer.metadata.dependencies?.total;
console.log(
  `${packages} packages, ${total} with something known${found.map(([level, count]) => `; ${level}: ${count}`).join("")}`,
);
process.exitCode = total > 0 ? 1 : 0;

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
