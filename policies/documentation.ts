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

/** Every parameter of a pack's rules as a table in Markdown, from their schemas. */
export function parametersTable(rules: Policies): string {
  const rows = rules.flatMap(({ name, configSchema }) =>
    Object.entries(configSchema?.properties ?? {}).map(([parameter, schema]) => {
      const given = schema.default === undefined ? "" : `\`${cell(JSON.stringify(schema.default))}\``;
      return `| \`${name}\` | \`${parameter}\` | ${given} | ${cell(schema.description ?? "")} |`;
    }),
  );
  return ["| rule | parameter | default | what it does |", "|---|---|---|---|", ...rows].join("\n");
}
