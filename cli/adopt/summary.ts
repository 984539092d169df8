import type { AdoptedConfig, Remark } from "./adoptedConfig";
import type { Entry } from "./commonSettings";

/** Maximum number of repositories named on one line. */
const maximumNamed = 5;

/** Summarizes what was found and where it differs from the project's defaults. */
export function summary(config: AdoptedConfig): string {
  const { privateRepositories, publicRepositories, registries, remarks, warnings, outside } = config;
  const counts = [
    [Object.keys(privateRepositories).length, "private"],
    [Object.keys(publicRepositories).length, "public"],
  ] as const;
  const found = counts.map(([count, kind]) => `${count.toLocaleString("en")} ${kind}`).join(" and ");
  const groups = new Map<string, Remark[]>();
  for (const remark of remarks) {
    const alike = `${remark.setting} ${remark.found}`;
    groups.set(alike, [...(groups.get(alike) ?? []), remark]);
  }
  return [
    `Found ${found} ${counts[0][0] + counts[1][0] === 1 ? "repository" : "repositories"}.`,
    ...Object.entries(registries).map(
      ([region, entry]) => `Found settings of the registry in ${region}: ${settingsIn(entry)}.`,
    ),
    ...(groups.size > 0 ? ["", "Kept as found, although this project's defaults differ:"] : []),
    ...[...groups.values()].map(lineOf),
    ...(warnings.length > 0 ? ["", "Not kept as found:", ...warnings.map((warning) => `- ${warning}`)] : []),
    ...(outside.length > 0
      ? ["", "Left as it is in AWS, outside of the stack:", ...outside.map((each) => `- ${each}`)]
      : []),
  ].join("\n");
}

/** `policy, scanning, 2 pullThroughCache`. */
function settingsIn(entry: Entry): string {
  return Object.entries(entry)
    .filter(([setting, value]) => !["region", "import"].includes(setting) && value !== false)
    .map(([setting, value]) => (Array.isArray(value) && setting !== "replication" ? `${value.length} ` : "") + setting)
    .join(", ");
}

function lineOf(remarks: readonly Remark[]): string {
  const [first] = remarks;
  if (first === undefined) return "";
  const names = remarks.slice(0, maximumNamed).map(({ repository }) => repository);
  const more = remarks.length - names.length;
  const where = names.join(", ") + (more > 0 ? ` and ${more.toLocaleString("en")} more` : "");
  return `- ${first.setting}: ${first.found} (usual: ${first.defaultValue}; a change is ${first.change}): ${where}`;
}

/**
 * The commands that import what was found.
 *
 * @param inSandbox Whether it was found in the sandbox's account; the commands then need the sandbox's login and
 *   stacks.
 */
export function nextSteps(environments: readonly string[], inSandbox: boolean): string {
  const prefix = inSandbox ? "npm run sandbox -- " : "";
  return [
    "Not checked: whether another stack already manages some of them. `npx pulumi stack ls --all` lists stacks; limit the names with --filter.",
    "",
    "Next:",
    ...environments.flatMap((environment) => [
      `  ${prefix}npx pulumi stack init ${environment}`,
      `  ${prefix}npm run preview -- ${environment}     # shows imports (=) and lifecycle policies, nothing deleted or replaced`,
      `  ${prefix}npm run up -- ${environment}`,
    ]),
  ].join("\n");
}
