import type { Sent } from "./docker";

/** Ignore file, files, and those of them that Docker sends. */
export type Row = [ignore: string, files: readonly string[], sent: Sent];

/** Where the rules surprise, or differ from those of .gitignore. */
export const table: readonly Row[] = [
  // A pattern is of the whole path.
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
  // The last pattern that matches says, and a folder's match is kept below it.
  ["*.md\n!README.md", ["a.md", "README.md"], ["README.md"]],
  ["!README.md\n*.md", ["a.md", "README.md"], []],
  // The third is not asked about the folder, which the first ignores already, and so says nothing of what is in it.
  ["docs\n!docs/sub/y.md\ndocs/sub", ["docs/sub/y.md", "docs/x.md"], ["docs/sub/y.md"]],
  ["docs\n!docs/sub\ndocs/sub/z", ["docs/sub/y", "docs/sub/z", "docs/x"], ["docs/sub/y"]],
  ["docs\n!docs/*/y", ["docs/a/y", "docs/x"], ["docs/a/y"]],
  ["docs\n!**/y", ["docs/a/y", "docs/x"], ["docs/a/y"]],
  // With a star at the end of an exception, folders below the one before the star are not even looked at.
  ["a\n!a/*/**", ["a/x/y"], []],
  ["a\n!a/*/y", ["a/x/y"], ["a/x/y"]],
  // What else stands in a line.
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
  // Characters of regular expressions: plain alone, and not all of them beside a wildcard.
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
  // Found out only where it is compared, which is not where nothing is.
  ["x*[", ["a"], "refused"],
  ["!x*[", ["a"], ["a"]],
];
