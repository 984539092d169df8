import type { Group } from "../scenario";
import { comparisonRows, measurementRows } from "./rows";

/** The tables for a terminal. */
export function printGroups(groups: readonly Group[]): void {
  for (const group of groups) {
    console.log(`\n${group.title}`);
    printTable(measurementRows(group));
    if (group.comparisons.length > 0) printTable(comparisonRows(group));
    for (const note of group.notes ?? []) console.log(`  ${note}`);
  }
}

function printTable(rows: readonly string[][]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    console.log(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd());
  }
  console.log("");
}
