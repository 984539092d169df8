import type { Policies } from "@pulumi/policy";

/** A table cell: `|` would end it. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** Every rule of a pack as a table in Markdown: its level, its severity and what it wants. */
export function rulesTable(rules: Policies): string {
  const rows = rules.map(
    ({ name, enforcementLevel, severity, framework, description }) =>
      `| \`${name}\` | ${enforcementLevel} | ${severity} | ${framework?.reference ?? ""} | ${cell(description)} |`,
  );
  return ["| rule | level | severity | control | what it wants |", "|---|---|---|---|---|", ...rows].join("\n");
}

/** What to do about each rule, with the control that it stands for, its tags and where to read on, as Markdown. */
export function remediationText(rules: Policies): string {
  return rules
    .map(({ name, displayName, tags, framework, remediationSteps, url }) => {
      const control =
        framework && `${framework.name} ${framework.version}, ${framework.reference}: ${framework.specification}`;
      return [
        `### ${name}`,
        "",
        `${displayName}. ${remediationSteps}`,
        "",
        ...(control === undefined ? [] : [`- Control: ${control}`]),
        `- Tags: ${(tags ?? []).join(", ")}`,
        `- ${url}`,
      ].join("\n");
    })
    .join("\n\n");
}

/** Every parameter of a pack's rules as a table in Markdown, from their schemas. */
export function parametersTable(rules: Policies): string {
  const rows = rules.flatMap(({ name, configSchema }) =>
    Object.entries(configSchema?.properties ?? {}).map(([parameter, { description, default: given, ...form }]) => {
      const cells = [given, form].map((each) => (each === undefined ? "" : `\`${cell(JSON.stringify(each))}\``));
      return `| \`${name}\` | \`${parameter}\` | ${cells.join(" | ")} | ${cell(description ?? "")} |`;
    }),
  );
  return ["| rule | parameter | default | form (JSON schema) | what it does |", "|---|---|---|---|---|", ...rows].join(
    "\n",
  );
}
