import Table from "cli-table3";
import stringWidth from "string-width";
import { terminalWidth } from "./terminal";

/** A column of a table. */
export interface Column {
  heading: string;
  /** Numbers and sizes are right-aligned. @default false */
  numeric?: boolean;
  /** Whether it contains sentences, which may be wrapped. @default false */
  wraps?: boolean;
}

/** Spaces between two columns. */
const gap = 2;
/** Minimum width of a wrapping column. */
const narrowest = 16;

/**
 * Formats a table for all commands: without lines and colors, so that it can be read in a log and processed with tools.
 * In a terminal it fits the width: sentences are wrapped, and if that is not enough, each row becomes a paragraph with
 * a line for each of its cells.
 *
 * @param width Characters in a line. @default the terminal's; no limit in a pipe
 */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly (string | number)[])[],
  width = terminalWidth(),
): string {
  const cells = rows.map((row) => row.map(String));
  const natural = columns.map(({ heading }, index) =>
    Math.max(...[heading, ...cells.map((row) => row[index] ?? "")].map(widthOf)),
  );
  const widths = fitColumns(columns, natural, width);
  return widths === undefined ? asParagraphs(columns, cells, width) : aligned(columns, cells, widths);
}

/** The width of each column; undefined when they do not fit. */
function fitColumns(columns: readonly Column[], natural: readonly number[], width: number): number[] | undefined {
  const sum = (list: readonly number[]) => list.reduce((total, each) => total + each, 0);
  const room = width - gap * (columns.length - 1);
  if (sum(natural) <= room) return [...natural];
  const left = room - sum(natural.filter((_, index) => !columns[index]?.wraps));
  const wrapping = natural.filter((_, index) => columns[index]?.wraps);
  if (wrapping.length === 0 || left < sum(wrapping.map((each) => Math.min(each, narrowest)))) return undefined;
  // All get the same share, and what narrow ones do not need goes to the others.
  const shares = new Map<number, number>();
  let rest = left;
  const byWidth = natural.map((each, index) => ({ each, index })).filter(({ index }) => columns[index]?.wraps);
  byWidth
    .sort((a, b) => a.each - b.each)
    .forEach(({ each, index }, place) => {
      const share = Math.min(each, Math.floor(rest / (byWidth.length - place)));
      shares.set(index, share);
      rest -= share;
    });
  return natural.map((each, index) => shares.get(index) ?? each);
}

function aligned(columns: readonly Column[], rows: readonly (readonly string[])[], widths: readonly number[]): string {
  const sides = ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"];
  const rest = ["left", "left-mid", "mid", "mid-mid", "right", "right-mid"];
  const table = new Table({
    chars: { ...Object.fromEntries([...sides, ...rest].map((key) => [key, ""])), middle: " ".repeat(gap) },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colAligns: columns.map(({ numeric }) => (numeric ? "right" : "left")),
  });
  const wrapped = (cell: string, index: number) => wrap(cell, widths[index] ?? Number.POSITIVE_INFINITY).join("\n");
  table.push(
    columns.map(({ heading }) => heading),
    ...rows.map((row) => row.map(wrapped)),
  );
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** The first cell, followed by the others with their headings. */
function asParagraphs(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const label = Math.max(...columns.slice(1).map(({ heading }) => widthOf(heading)));
  return rows
    .map(([first = "", ...others]) => {
      const lines = others.flatMap((cell, index) => {
        if (cell === "") return [];
        const heading = columns[index + 1]?.heading ?? "";
        const room = width - label - 2 * gap;
        if (room < narrowest) {
          return wrap(`${heading}: ${cell}`, width - gap).map((line) => `${" ".repeat(gap)}${line}`);
        }
        return wrap(cell, room).map((line, at) => `  ${(at === 0 ? heading : "").padEnd(label)}  ${line}`);
      });
      return [...wrap(`${columns[0]?.heading ?? ""} ${first}`.trim(), width), ...lines].join("\n");
    })
    .join("\n");
}

/** Wraps a string at blanks, and inside a word only when it is longer than a line. */
export function wrap(text: string, width: number): string[] {
  return text.split("\n").flatMap((line) => {
    if (widthOf(line) <= width) return [line];
    const lines: string[] = [];
    let current = "";
    for (const word of line.split(" ")) {
      const next = current === "" ? word : `${current} ${word}`;
      if (widthOf(next) <= width) {
        current = next;
        continue;
      }
      if (current !== "") lines.push(current);
      current = word;
      while (widthOf(current) > width) {
        lines.push(current.slice(0, width));
        current = current.slice(width);
      }
    }
    return current === "" ? lines : [...lines, current];
  });
}

function widthOf(text: string): number {
  return Math.max(...text.split("\n").map((line) => stringWidth(line)));
}
