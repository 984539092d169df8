import Table from "cli-table3";
import type { Finding, RuleReport } from "./events";

/** Rule by rule in a table, with every violation and all that could not be judged below it. */
export function policyReportText(rules: readonly RuleReport[]): string {
  const table = new Table({
    head: ["rule", "passed", "failed", "not judged"],
    colAligns: ["left", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const { rule, passed, violations, unjudged } of rules) {
    table.push([rule, passed, violations.length, unjudged.length]);
  }
  const sections = [
    table.toString(),
    ...rules.flatMap(({ rule, violations }) => violations.map((each) => line("failed", rule, each))),
    ...rules.flatMap(({ rule, unjudged }) => unjudged.map((each) => line("not judged", rule, each))),
  ];
  return sections.join("\n");
}

function line(verdict: string, rule: string, { urn, level, severity, message }: Finding): string {
  const text = message.split("\n").join("\n    ");
  const name = urn.split("::").at(-1) ?? urn;
  return `\n${verdict}: ${rule} [${level}${severity ? `, ${severity}` : ""}] ${name}\n    ${text}`;
}
