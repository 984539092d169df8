// What registries, images, other stacks and services say is shown in terminals and in logs of CI systems. Some characters
// are commands there: escape sequences move the cursor, rewrite what stands above or set the window's title; a line that
// begins with `::`, or has `##[` in it, is a command to GitHub's runner, `##vso[` to Azure's, `##teamcity[` to TeamCity; marks of direction show text in another order.

/** Control characters but line feed and tab, line and paragraph separators, marks of direction, and the byte-order mark. */
const commands = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * A text of one or several lines as it can be shown: what would be a command is written as `\u001b`, which means the same
 * in JSON.
 */
export function printable(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(commands, escaped)
    .replace(/^([^\S\n]*):(?=:)/gm, "$1\\u003a")
    .replace(/#(?=#\w*\[)/g, "\\u0023");
}

/** The same on one line, for what stands in the middle of a message: a line break is a space. */
export function onOneLine(text: string): string {
  // Not an expression with blanks before the break: it takes hours for a megabyte of them.
  const lines = text.split(/[\r\n\u2028\u2029]/);
  const last = lines.length - 1;
  const trimmed = lines.map((line, index) => {
    const begun = index === 0 ? line : line.trimStart();
    return index === last ? begun : begun.trimEnd();
  });
  return printable(trimmed.filter((line, index) => line !== "" || index === 0 || index === last).join(" "));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
