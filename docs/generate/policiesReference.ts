import * as fs from "node:fs";
import * as path from "node:path";
import type { Policies } from "@pulumi/policy";
import { rules } from "../../policies/rules";

/** docs/policies.md with its tables generated from the rules; the text between them is written by hand. */
export function policiesReference(): string {
  const tables = { rules: rulesTable(rules), remediation: remediationText(rules), parameters: parametersTable(rules) };
  let text = fs.readFileSync(path.join(__dirname, "../policies.md"), "utf8");
  for (const [mark, table] of Object.entries(tables)) {
    const marked = new RegExp(`(<!-- ${mark} -->\n)[\\s\\S]*?(<!-- /${mark} -->)`);
    text = text.replace(marked, (_, before: string, after: string) => `${before}${table}\n${after}`);
  }
  return text;
}

/** A table cell; an unescaped `|` would end it. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** The rules of a pack as a Markdown table. */
function rulesTable(rules: Policies): string {
  const rows = rules.map(
    ({ name, enforcementLevel, severity, framework, description }) =>
      `| \`${name}\` | ${enforcementLevel} | ${severity} | ${framework?.reference ?? ""} | ${cell(description)} |`,
  );
  return ["| rule | level | severity | control | requirement |", "|---|---|---|---|---|", ...rows].join("\n");
}

/** How to fix what each rule finds, with its control, tags and link, as Markdown. */
function remediationText(rules: Policies): string {
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

/** The parameters of a pack's rules as a Markdown table, from their schemas. */
function parametersTable(rules: Policies): string {
  const rows = rules.flatMap(({ name, configSchema }) =>
    Object.entries(configSchema?.properties ?? {}).map(([parameter, { description, default: given, ...form }]) => {
      const cells = [given, form].map((each) => (each === undefined ? "" : `\`${cell(JSON.stringify(each))}\``));
      return `| \`${name}\` | \`${parameter}\` | ${cells.join(" | ")} | ${cell(description ?? "")} |`;
    }),
  );
  return ["| rule | parameter | default | JSON schema | description |", "|---|---|---|---|---|", ...rows].join("\n");
}
