import fc from "fast-check";
import { decodeBytes, encodeBytes } from "../../../ecr/buildContext/fileNames";
import type { ContextCase } from "./docker";

const byte = (value: number) => decodeBytes(Buffer.of(value));

/** Names of folders and files: ordinary ones, and ones with a special meaning elsewhere. */
const ordinaryNames = [
  "docs",
  "sub",
  "a",
  "b",
  "ab",
  "x.md",
  "y.md",
  "z.log",
  ".env",
  "Docs",
  "node_modules",
  "a.b",
  "7",
];
const strangeNames = [
  ..."|()+{}*?[]\\^$!#-:& ",
  ...["a|b", "(x)", "a+b", "{a,b}", "[x]", "!x", "#x", " lead", "trail ", "a b", "..x", "...", "~", "\\d", "a\\b"],
  ...["é", "ü.md", "😀", "\ufeff", "\ufeffx", "\ufffd", "a\nb", "a\rb", "\u00a0", "\u0085x"],
  ...[`x${byte(0xff)}`, byte(0x80), `é${byte(0xc3)}`, `${byte(0xed)}${byte(0xa0)}${byte(0x80)}`],
];
const name = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...ordinaryNames) },
  { weight: 1, arbitrary: fc.constantFrom(...strangeNames) },
);
const file = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));

/** What patterns consist of besides names. */
const piece = fc.oneof(
  { weight: 4, arbitrary: name },
  {
    weight: 4,
    arbitrary: fc.constantFrom("*", "**", "/", "/**", "**/", "?", "*.md", "/*", "***", "/**/", ".", "..", "./"),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...["[a-z]", "[^a]", "[!a]", "[a-", "[]", "[]a]", "[^]", "[^]a]", "[a-z", "[z-a]", "[*]", "[?]", "[**]", "[\\]]"],
      ...["[[:alpha:]]", "[[:^digit:]]", "[[:x:]]", "[[:", "[\\d]", "[\\d-z]", "[a\\-z]", "[--a]", "[a-é]", "[+--]"],
      ...["\\*", "\\?", "\\[", "\\\\", "\\a", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\b", "\\B", "\\A", "\\z"],
      ...["\\Q", "\\E", "\\Qa*\\E", "\\C", "\\pL", "\\PL", "\\pN", "\\pX", "\\x61", "\\x6", "\\x{61}", "\\141", "\\1"],
      ...["\\0", "\\é", "\\n", "\\_", "\\!", "\\#", "\\ ", "\\"],
      ...[
        "^",
        "$",
        "{1}",
        "(",
        "|",
        "+",
        "a|b",
        "{1,2}",
        "{2",
        "{2,1}",
        "\\p{Greek}",
        "\\p{^Lu}",
        "\\x{}",
        "{01}",
        "{,2}",
        "{0}",
        "|*",
        "\ufeff",
        "\ufffd",
        byte(0xff),
        `[${byte(0xff)}]`,
        `\\${byte(0xff)}`,
      ],
    ),
  },
);

/** A pattern related to the files: one of them, or part of one, with some parts replaced. */
function related(files: readonly string[]): fc.Arbitrary<string> {
  if (files.length === 0) return fc.constant("a");
  return fc.constantFrom(...files).chain((of) => {
    const names = of.split("/");
    return fc
      .record({
        to: fc.integer({ min: 1, max: names.length }),
        swaps: fc.array(fc.tuple(fc.nat(names.length - 1), piece), { maxLength: 2 }),
        end: fc.constantFrom("", "", "", "/", "/*", "/**", "**", "*"),
        start: fc.constantFrom("", "", "", "/", "**/", "*/", "./", "../", "**"),
      })
      .map(({ to, swaps, end, start }) => {
        const parts = names.slice(0, to);
        for (const [at, by] of swaps) if (at < to) parts[at] = by;
        return start + parts.join("/") + end;
      });
  });
}

function ignoreFile(files: readonly string[]): fc.Arbitrary<Buffer> {
  const pattern = fc.oneof(
    { weight: 3, arbitrary: related(files) },
    { weight: 1, arbitrary: fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join("")) },
  );
  const before = fc.constantFrom(
    "",
    "",
    "",
    "",
    "",
    "",
    "!",
    "!",
    "!",
    "! ",
    " ",
    "#",
    " #",
    "!!",
    "\t",
    "/ ",
    "\u00a0",
    "\u0085",
  );
  const line = fc.oneof(
    {
      weight: 24,
      arbitrary: fc.tuple(before, pattern, fc.constantFrom("", "", "", " ", "\r", "\ufeff")).map((all) => all.join("")),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom("", " ", "!", "!/", "/", "!.", ".", "..", "!..", "#", "**", "!**", "*", "!*", "/ !"),
    },
  );
  const start = fc.constantFrom("", "", "", "", "", "\ufeff", "\ufeff\ufeff");
  const end = fc.constantFrom("", "\n", "\n\n", "\r\n");
  return fc
    .record({ start, lines: fc.array(line, { maxLength: 6 }), end })
    .map((all) => encodeBytes(all.start + all.lines.join("\n") + all.end));
}

const contextCase: fc.Arbitrary<ContextCase> = fc
  .array(file, { minLength: 1, maxLength: 12 })
  .chain((files) => ignoreFile(files).map((ignore) => ({ files, ignore })));

export function randomContexts(seed: number, count: number): ContextCase[] {
  return fc.sample(contextCase, { seed, numRuns: count });
}
