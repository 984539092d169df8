import * as path from "node:path/posix";
import { decodeBytes, encodeBytes, isUtf8, wellFormed } from "./fileNames";
import { goRegularExpression } from "./goRegularExpression";

/**
 * The ignore file of a build context as BuildKit and the Docker provider interpret it: moby/patternmatcher 0.6 with its
 * ignore file reader, driven by fsutil's walk. Where its rules differ from those of .gitignore:
 *
 * - A pattern matches against the whole path, and includes everything below a folder that it matches.
 * - The last matching pattern wins; a `!` pattern can re-include something below an ignored folder.
 * - Patterns are case-sensitive. `(`, `)` and `+` are literal. So are `|`, `{` and `}`, except in a pattern that also
 *   has one of `*`, `?`, `[`, `]` and `\\` (apart from stars at its start or `/**` at its end): there they have their
 *   regular expression meaning, with `|` between two patterns of which only the first is anchored to the start.
 */
export class IgnorePatterns {
  private readonly patterns: readonly Pattern[];
  private readonly exceptionsByPrefix: boolean;

  private constructor(patterns: readonly Pattern[]) {
    this.patterns = patterns;
    this.exceptionsByPrefix = patterns.every(({ exception, prefix }) => !exception || !/[*[\]?^\\]/.test(prefix));
  }

  /** Parses an ignore file, or returns every line that Docker rejects. */
  static read(content: Uint8Array): IgnorePatterns | { refused: RefusedLine[] } {
    const patterns: Pattern[] = [];
    const refused: RefusedLine[] = [];
    linesOf(content).forEach((text, index) => {
      const line = { line: index + 1, text: wellFormed(trim(text)) };
      if (encodeBytes(text).length > longestLine) {
        refused.push({ ...line, reason: `is longer than ${longestLine} bytes` });
        return;
      }
      // A byte order mark is ignored only at the very start.
      const pattern = patternOf((index === 0 ? text.replace(/^\ufeff/, "") : text).replace(/\r$/, ""));
      if (pattern === undefined) return;
      if (pattern === "!") refused.push({ ...line, reason: 'has a "!" without a pattern' });
      else if (!isGlob(pattern.replace(/^!/, ""))) refused.push({ ...line, reason: "is not a pattern" });
      else patterns.push(new Pattern(pattern, line));
    });
    return refused.length > 0 ? { refused } : new IgnorePatterns(patterns);
  }

  /**
   * Evaluates the patterns for a file or folder, given the result for its parent folder (undefined at the context's
   * root). Throws PatternRefused for a pattern that Docker only rejects when it matches it against a path.
   */
  judge(file: string, folder: Judgement | undefined): Judgement {
    let ignored = false;
    const matched = this.patterns.map((pattern, index) => {
      const below = folder?.matched[index] ?? false;
      // A pattern that would not change the result is skipped, and then does not match anything below, either.
      const matches = below || (pattern.exception === ignored && pattern.matches(file));
      if (matches) ignored = !pattern.exception;
      return matches;
    });
    return { ignored, matched };
  }

  /** Whether the walk can skip everything below an ignored folder. */
  skips(folder: string): boolean {
    if (!this.exceptionsByPrefix) return false;
    return !this.patterns.some(({ exception, prefix }) => exception && `${prefix}/`.startsWith(`${folder}/`));
  }

  /** Whether a walk from the context's root ignores a file, which need not exist. */
  ignores(file: string): boolean {
    let judgement: Judgement | undefined;
    for (let end = file.indexOf("/"); end >= 0; end = file.indexOf("/", end + 1)) {
      const folder = file.slice(0, end);
      judgement = this.judge(folder, judgement);
      if (judgement.ignored && this.skips(folder)) return true;
    }
    return this.judge(file, judgement).ignored;
  }
}

/** The patterns' result for one path. */
export interface Judgement {
  readonly ignored: boolean;
  /** For each pattern: a match on a folder also matches everything below. */
  readonly matched: readonly boolean[];
}

/** A line of an ignore file that Docker rejects. */
export interface RefusedLine {
  readonly line: number;
  readonly text: string;
  /** Continues "the line …": `is not a pattern`. */
  readonly reason: string;
}

/** A pattern that is not a valid regular expression: Docker fails at the first path it would match against it. */
export class PatternRefused extends Error {
  constructor(readonly line: RefusedLine) {
    super(`line ${line.line} ${line.reason}: ${line.text}`);
    this.name = "PatternRefused";
  }
}

/** In bytes, without the line end: the size of the reader's buffer. */
const longestLine = 65_535;

function linesOf(content: Uint8Array): string[] {
  const lines = decodeBytes(content).split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

/**
 * A line's pattern, cleaned twice as Docker does: first without its `!`, then with it. Undefined when the line has
 * none.
 */
function patternOf(line: string): string | undefined {
  if (line.startsWith("#")) return undefined;
  const text = trim(line);
  if (text === "") return undefined;
  const exception = text.startsWith("!");
  let rest = exception ? trim(text.slice(1)) : text;
  if (rest !== "") rest = clean(rest).replace(/^\/(?=.)/s, "");
  const pattern = trim(exception ? `!${rest}` : rest);
  return pattern === "" ? undefined : clean(pattern);
}

/** Go's whitespace: JavaScript's, plus U+0085 and without the byte order mark. */
const goWhitespace = "[\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const surroundingWhitespace = new RegExp(`^${goWhitespace}+|${goWhitespace}+$`, "g");

function trim(text: string): string {
  return text.replace(surroundingWhitespace, "");
}

function clean(pattern: string): string {
  return path.normalize(pattern).replace(/(?<=.)\/$/s, "");
}

/** Inside brackets: a character, escaped or not. Go rejects bytes there that do not decode. */
const member = String.raw`(?:\\[^\udc80-\udcff]|[^\\\]\-\udc80-\udcff])`;
const bracket = String.raw`\[(?:\^|(?!\^))(?:${member}(?:-${member})?)+\]`;
const chunkOfGlob = new RegExp(String.raw`^(?:${bracket}|\\.|[^\\\[])*$`, "su");
/** Matches exactly one character, which may be a dot. */
const oneCharacter = new RegExp(String.raw`^(?:\\?\.|\?|${bracket})$`, "u");

/**
 * Whether Go's filepath.Match accepts a pattern when compared with ".", as the matcher does: every bracket is closed
 * and not empty, and nothing is truncated. It checks only up to where the comparison fails.
 */
function isGlob(pattern: string): boolean {
  const [first = "", second = ""] = chunksOf(pattern);
  return chunkOfGlob.test(first) && (!isDot(first) || chunkOfGlob.test(second));
}

/** The parts between stars, except stars in brackets. */
function chunksOf(pattern: string): string[] {
  return pattern.match(/(?:\\.|\[(?:\\.|[^\\\]])*\]?|[^*\\[]|\\$)+/gsu) ?? [];
}

function isDot(chunk: string): boolean {
  if (!oneCharacter.test(chunk)) return false;
  if (!chunk.startsWith("[")) return true;
  const isNegated = chunk.startsWith("[^");
  const members = chunk.slice(isNegated ? 2 : 1, -1).matchAll(new RegExp(`(${member})(?:-(${member}))?`, "gu"));
  const code = (text: string) => text.codePointAt(text.startsWith("\\") ? 1 : 0) ?? 0;
  const dot = code(".");
  const isIn = [...members].some(([, low = "", high = low]) => code(low) <= dot && dot <= code(high));
  return isIn !== isNegated;
}

class Pattern {
  readonly exception: boolean;
  /** Without a trailing `/*` or `/**`; compared with a folder to decide whether it can be skipped. */
  readonly prefix: string;
  private readonly text: string;
  private test: ((file: string) => boolean) | undefined;

  constructor(
    pattern: string,
    private readonly line: Omit<RefusedLine, "reason">,
  ) {
    this.exception = pattern.startsWith("!");
    this.text = this.exception ? pattern.slice(1) : pattern;
    this.prefix = this.text.replace(/\/\*\*$/, "").replace(/\/\*$/, "");
  }

  matches(file: string): boolean {
    this.test ??= compile(this.text);
    if (this.test === undefined) throw new PatternRefused({ ...this.line, reason: "is not a pattern" });
    return this.test(file);
  }
}

/** How a pattern is compared: exactly, by prefix (`a/**`), by suffix (leading `**`), or as a regular expression. */
function compile(pattern: string): ((file: string) => boolean) | undefined {
  const { kind, expression } = read(pattern);
  if (kind === "whole") return (file) => file === pattern;
  if (kind === "start") return inBytesUnlessText(pattern.slice(0, -2), (file, start) => file.startsWith(start));
  if (kind === "end") {
    // Two bytes, as in Docker, even when a byte order mark precedes the stars.
    const after = decodeBytes(encodeBytes(pattern).subarray(2));
    return inBytesUnlessText(
      after,
      (file, end) => file.endsWith(end) || (end.startsWith("/") && file === end.slice(1)),
    );
  }
  const matcher = goRegularExpression(`^${expression}$`);
  return matcher && ((file) => matcher.test(wellFormed(file)));
}

/** A part that is not UTF-8 may begin or end in the middle of a character in the file's name. */
function inBytesUnlessText(part: string, compare: (file: string, part: string) => boolean): (file: string) => boolean {
  if (isUtf8(part)) return (file) => compare(file, part);
  const bytes = (text: string) => encodeBytes(text).toString("latin1");
  return (file) => compare(bytes(file), bytes(part));
}

type PatternKind = "whole" | "start" | "end" | "expression";

function read(pattern: string): { kind: PatternKind; expression: string } {
  let kind: PatternKind = "whole";
  let expression = "";
  // Go's scanner skips a byte order mark at the start of any string.
  const rest = [...wellFormed(pattern).replace(/^\ufeff/, "")];
  for (let at = 0; at < rest.length; at++) {
    const character = rest[at] ?? "";
    if (character === "*" && rest[at + 1] === "*") {
      const first = at === 0;
      at += rest[at + 2] === "/" ? 2 : 1;
      if (at + 1 < rest.length) {
        expression += "(.*/)?";
        kind = "expression";
      } else if (kind === "whole") kind = "start";
      else {
        expression += ".*";
        kind = "expression";
      }
      if (first) kind = "end";
      continue;
    }
    // A trailing backslash escapes nothing here, but does in the expression.
    const isLast = at + 1 === rest.length;
    if ("*?[]".includes(character) || (character === "\\" && !isLast)) kind = "expression";
    if (character === "*") expression += "[^/]*";
    else if (character === "?") expression += "[^/]";
    // Not `|`, `{`, and `}`: Docker's escape table does not reach that far.
    else if (".+()$".includes(character)) expression += `\\${character}`;
    else if (character === "\\") expression += `\\${rest[++at] ?? ""}`;
    else expression += character;
  }
  return { kind, expression };
}
