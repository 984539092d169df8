import type { ConfigPlaces } from "../configPlaces";
import { textTable } from "../table";
import type { Finding, RuleReport } from "./events";

/** Rule by rule in a table, with every violation and all that could not be judged below it. */
export function policyReportText(rules: readonly RuleReport[], placeOf: ConfigPlaces = () => undefined): string {
  const table = textTable(
    [
      { heading: "rule" },
      { heading: "passed", numeric: true },
      { heading: "failed", numeric: true },
      { heading: "not judged", numeric: true },
    ],
    rules.map(({ rule, passed, violations, unjudged }) => [rule, passed, violations.length, unjudged.length]),
  );
  const sections = [
    table,
    ...rules.flatMap(({ rule, violations }) => violations.map((each) => line("failed", rule, each, placeOf))),
    ...rules.flatMap(({ rule, unjudged }) => unjudged.map((each) => line("not judged", rule, each, placeOf))),
  ];
  return sections.join("\n");
}

function line(
  verdict: string,
  rule: string,
  { urn, level, severity, message }: Finding,
  placeOf: ConfigPlaces,
): string {
  const text = message.split("\n").join("\n    ");
  const name = urn.split("::").at(-1) ?? urn;
  const place = placeOf(urn, rule);
  const where = place === undefined ? "" : `\n    In this project: ${place}`;
  return `\n${verdict}: ${rule} [${level}${severity ? `, ${severity}` : ""}] ${name}\n    ${text}${where}`;
}
