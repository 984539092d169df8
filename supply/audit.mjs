// npm run audit: known vulnerabilities of the packages in the lockfile, from npm's configured registry. Exit code 0:
// none; 1: some; 2: the registry does not support audits.
import { spawnSync } from "node:child_process";
import { answerHelp } from "./help.mjs";

answerHelp(
  "npm run audit [-- NPM'S OPTION…]",
  "Lists known vulnerabilities of the packages in the lockfile, as reported by npm's registry.\nExit code 0: none; 1: some; 2: the registry does not answer audits.",
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
  // Prints only the first part of the message; the rest may contain the registry's address, which is private to the
  // user.
  console.error(
    `npm audit: the registry answered "${why.split(" - ")[0]}". Nothing was checked. Set npm_config_registry to a registry that answers audits.`,
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
