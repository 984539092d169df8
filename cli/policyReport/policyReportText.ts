import type { ConfigLocations } from "../configLocations";
import { textTable } from "../table";
import type { Finding, RuleReport } from "./policyEvents";

/** A table of the rules, followed by every violation and everything that could not be evaluated. */
export function policyReportText(rules: readonly RuleReport[], placeOf: ConfigLocations = () => undefined): string {
  const table = textTable(
    [
      { heading: "rule" },
      { heading: "passed", numeric: true },
      { heading: "failed", numeric: true },
      { heading: "not evaluated", numeric: true },
    ],
    rules.map(({ rule, passed, violations, unjudged }) => [rule, passed, violations.length, unjudged.length]),
  );
  const sections = [
    table,
    ...rules.flatMap(({ rule, violations }) => violations.map((each) => line("failed", rule, each, placeOf))),
    ...rules.flatMap(({ rule, unjudged }) => unjudged.map((each) => line("not evaluated", rule, each, placeOf))),
  ];
  return sections.join("\n");
}

function line(
  verdict: string,
  rule: string,
  { urn, level, severity, message }: Finding,
  placeOf: ConfigLocations,
): string {
  const text = message.split("\n").join("\n    ");
  const name = urn.split("::").at(-1) ?? urn;
  const place = placeOf(urn, rule);
  const where = place === undefined ? "" : `\n    In this project: ${place}`;
  return `\n${verdict}: ${rule} [${level}${severity ? `, ${severity}` : ""}] ${name}\n    ${text}${where}`;
}
