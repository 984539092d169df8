import type { AdoptedConfig, Remark } from "./adoptedConfig";

/** Repositories that are named in a line. */
const shown = 5;

/** What was found, and what this project would set otherwise, in lines of text. */
export function summary({ privateRepositories, publicRepositories, remarks, warnings }: AdoptedConfig): string {
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
    ...(groups.size > 0 ? ["", "Written down as it is; this project would set otherwise:"] : []),
    ...[...groups.values()].map(lineOf),
    ...(warnings.length > 0 ? ["", "Not as it is:", ...warnings.map((warning) => `- ${warning}`)] : []),
  ].join("\n");
}

function lineOf(remarks: readonly Remark[]): string {
  const [first] = remarks;
  if (first === undefined) return "";
  const names = remarks.slice(0, shown).map(({ repository }) => repository);
  const more = remarks.length - names.length;
  const where = names.join(", ") + (more > 0 ? ` and ${more.toLocaleString("en")} more` : "");
  return `- ${first.setting}: ${first.found} (usual: ${first.usual}; a change is ${first.change}): ${where}`;
}

/**
 * The commands that import what was found.
 *
 * @param inSandbox Whether it was found in the sandbox's account: nowhere else have these commands its login and its stacks.
 */
export function nextSteps(environment: string, inSandbox: boolean): string {
  const prefix = inSandbox ? "npm run sandbox -- " : "";
  return [
    "Next:",
    `  ${prefix}npx pulumi stack init ${environment}`,
    `  ${prefix}npm run preview -- ${environment}     # shows imports (=) and lifecycle policies, nothing deleted or replaced`,
    `  ${prefix}npm run up -- ${environment}`,
  ].join("\n");
}
