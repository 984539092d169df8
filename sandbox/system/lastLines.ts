/** The last non-empty lines of a string, indented by two. Default: 15 lines. */
export function lastLines(text: string, count = 15): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines
    .slice(-count)
    .map((line) => `  ${line.trimEnd()}`)
    .join("\n");
}
