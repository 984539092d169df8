import type { Sent } from "./docker";

/** Ignore file, files, and those of the files that Docker sends. */
export type Row = [ignore: string, files: readonly string[], sent: Sent];

/** Rules that are surprising, or differ from those of .gitignore. */
export const table: readonly Row[] = [
  // A pattern matches the whole path.
  ["a", ["a/b", "b/a"], ["b/a"]],
  ["/a/", ["a", "b/a"], ["b/a"]],
  ["**/a", ["a/b", "b/a", "b/c/a/d", "ba"], ["ba"]],
  ["a/**", ["a/b/c", "ab"], ["ab"]],
  ["a**", ["a/b", "ab/c", "ba"], ["ba"]],
  ["**a", ["a", "b/ca", "a/b"], []],
  ["*/a", ["a", "b/a", "b/c/a"], ["a", "b/c/a"]],
  ["a?", ["ab", "a/b", "abc"], ["a/b", "abc"]],
  ["*", ["a", "b/c"], []],
  [".", ["a"], ["a"]],
  ["../a", ["a"], ["a"]],
  ["b/../a", ["a", "b"], ["b"]],
  ["A", ["a", "A"], ["a"]],
  // The last matching pattern decides, and a match of a folder applies to everything below it.
  ["*.md\n!README.md", ["a.md", "README.md"], ["README.md"]],
  ["!README.md\n*.md", ["a.md", "README.md"], []],
  // The third pattern is not tried on the folder, which the first one already ignores, so it does not affect its
  // contents.
  ["docs\n!docs/sub/y.md\ndocs/sub", ["docs/sub/y.md", "docs/x.md"], ["docs/sub/y.md"]],
  ["docs\n!docs/sub\ndocs/sub/z", ["docs/sub/y", "docs/sub/z", "docs/x"], ["docs/sub/y"]],
  ["docs\n!docs/*/y", ["docs/a/y", "docs/x"], ["docs/a/y"]],
  ["docs\n!**/y", ["docs/a/y", "docs/x"], ["docs/a/y"]],
  // If an exception ends with a star, folders below the one before the star are not visited at all.
  ["a\n!a/*/**", ["a/x/y"], []],
  ["a\n!a/*/y", ["a/x/y"], ["a/x/y"]],
  // Byte order marks, comments, whitespace and `!`.
  ["\ufeffa\n\ufeffb", ["a", "b", "\ufeffb"], ["b"]],
  ["#a\n #b", ["#a", "#b"], ["#a"]],
  ["  a  \r\n\tb\r\n", ["a", "b"], []],
  ["! a\n", ["a"], ["a"]],
  ["a\n! a", ["a"], ["a"]],
  ["!!a", ["!a", "a"], ["!a", "a"]],
  ["*\n!!a", ["!a", "a"], ["!a"]],
  ["!", ["a"], "refused"],
  ["!/", ["a"], "refused"],
  ["/ !", ["a"], "refused"],
  ["a\n\n  \n", ["a", "b"], ["b"]],
  // Characters of regular expressions: literal in a plain pattern, but not always next to a wildcard.
  ["a|b\n(x)\nc+d\n{e}", ["a|b", "a", "(x)", "c+d", "ccd", "{e}", "e"], ["a", "ccd", "e"]],
  ["(x)*\nc+d*\ne.f*", ["(x)", "x", "c+d", "ccd", "e.f", "eef"], ["ccd", "eef", "x"]],
  ["a|b*", ["a|b", "ax", "xb", "x/b", "c"], ["c"]],
  ["a{2}*", ["a{2}", "aa", "aab", "a"], ["a", "a{2}"]],
  ["*.{js,ts}", ["a.js", "a.{js,ts}"], ["a.js"]],
  ["^a*", ["^a", "ab"], ["^a"]],
  ["\\d", ["d", "7"], ["d"]],
  ["[[:digit:]]x", ["7x", ":]x"], [":]x"]],
  ["[a-c]", ["b", "d"], ["d"]],
  ["[^a]", ["a", "b"], ["a"]],
  ["[!a]", ["a", "!", "b"], ["b"]],
  ["\\*", ["*", "a"], ["a"]],
  ["[", ["a"], "refused"],
  ["[]", ["a"], "refused"],
  ["[z-a]", ["a"], "refused"],
  ["a\\", ["a"], "refused"],
  ["\\1", ["a"], "refused"],
  ["!\\1", ["a"], ["a"]],
  // Detected only when the pattern is compared, which an exception is not while nothing is ignored.
  ["x*[", ["a"], "refused"],
  ["!x*[", ["a"], ["a"]],
];
