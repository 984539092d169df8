import * as fs from "node:fs";
import * as path from "node:path";
import type { Machine } from "../measure/machine";
import { root } from "../project";
import type { ScenarioResult } from "../results";
import type { Group } from "../scenario";
import { comparisonRows, measurementRows } from "./rows";

const file = path.join(root, "docs", "performance.md");

/** Writes each result between its markers in docs/performance.md; the rest of the document is written by hand. */
export function writePerformanceDocument(results: readonly ScenarioResult[]): void {
  fs.writeFileSync(file, withResults(fs.readFileSync(file, "utf8"), results));
}

/** Renders the document with these results; sections without a result stay unchanged. */
export function withResults(document: string, results: readonly ScenarioResult[]): string {
  const [first] = results;
  if (first === undefined) return document;
  const sections: [string, string][] = [
    ["machine", machineText(results)],
    ...results.map((result): [string, string] => [result.scenario, resultText(result)]),
  ];
  return sections.reduce((text, [name, content]) => between(text, name, content), document);
}

function between(document: string, name: string, content: string): string {
  const [begin, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no section ${begin} … ${end}`);
  return `${document.slice(0, from)}${begin}\n${content.trim()}\n${document.slice(to)}`;
}

/** Mentions the machine once if all results are from the same one, otherwise with each result. */
function machineText(results: readonly ScenarioResult[]): string {
  const machines = new Map<string, string[]>();
  for (const { machine, scenario } of results) {
    const text = describe(machine);
    machines.set(text, [...(machines.get(text) ?? []), scenario]);
  }
  if (machines.size === 1) return [...machines.keys()].join("");
  return [...machines].map(([text, scenarios]) => `${scenarios.join(", ")}:\n\n${text}`).join("\n\n");
}

function describe({ cpu, cores, memoryGigabytes, system, kernel, versions }: Machine): string {
  const names = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return markdownTable([
    ["", ""],
    ["Processor", `${cpu}, ${cores} cores`],
    ["Memory", `${memoryGigabytes} GB`],
    ["System", `${system}, kernel ${kernel}`],
    ["Versions", names.join(", ")],
  ]);
}

function resultText({ runs, date, minutes, groups }: ScenarioResult): string {
  const head = `${date}, ${runs} runs of each in turn after a warm-up, ${minutes} minutes in all.`;
  return [head, ...groups.map(groupText)].join("\n\n");
}

function groupText(group: Group): string {
  return [
    `**${group.title}**`,
    markdownTable(measurementRows(group)),
    ...(group.comparisons.length > 0 ? [markdownTable(comparisonRows(group))] : []),
    ...(group.notes ?? []),
  ].join("\n\n");
}

function markdownTable([head = [], ...rows]: string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = `|${head.map(() => "---").join("|")}|`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}
