// Strings from registries, images, other stacks, and services are shown in terminals and in CI logs, where some
// characters are commands: escape sequences move the cursor, overwrite earlier lines, or set the window's title; a line
// starting with `::` or containing `##[` is a command to GitHub's runner, `##vso[` to Azure's, `##teamcity[` to
// TeamCity; direction marks reorder text.

/**
 * Control characters except line feed and tab, line and paragraph separators, direction marks, and the byte order mark.
 */
const controlCharacters = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * Makes a string of one or more lines safe to show: commands are escaped as `\u001b`, which has the same meaning in
 * JSON.
 */
export function printable(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(controlCharacters, escaped)
    .replace(/^([^\S\n]*):(?=:)/gm, "$1\\u003a")
    .replace(/#(?=#\w*\[)/g, "\\u0023");
}

/** The same on one line, for use inside a message: line breaks become spaces. */
export function onOneLine(text: string): string {
  // Not a regular expression with blanks before the break: it takes hours for a megabyte of blanks.
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
