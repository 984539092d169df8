import * as path from "node:path/posix";
import { bytesOf, isUtf8, textOf, wellFormed } from "./fileNames";
import { goRegularExpression } from "./goRegularExpression";

/**
 * The ignore file of a build context as BuildKit and the Docker provider read it: moby/patternmatcher 0.6 with its reader
 * of ignore files, as fsutil's walk asks it. Its rules where they are not what .gitignore's are:
 *
 * - A pattern is of the whole path, and matches what is below a folder that it matches.
 * - The last pattern that matches says; a `!` pattern brings back what is below an ignored folder too.
 * - Case counts. `(`, `)` and `+` are characters. So are `|`, `{` and `}`, except in a pattern that also has one of `*`,
 *   `?`, `[`, `]` and `\\` (stars at its start or `/**` at its end aside): there they mean what they do in a regular
 *   expression, `|` between two patterns of which only the first is bound to the start.
 */
export class IgnorePatterns {
  private readonly patterns: readonly Pattern[];
  private readonly exceptionsByPrefix: boolean;

  private constructor(patterns: readonly Pattern[]) {
    this.patterns = patterns;
    this.exceptionsByPrefix = patterns.every(({ exception, prefix }) => !exception || !/[*[\]?^\\]/.test(prefix));
  }

  /** Reads an ignore file, or says every line of it that Docker refuses. */
  static read(content: Uint8Array): IgnorePatterns | { refused: RefusedLine[] } {
    const patterns: Pattern[] = [];
    const refused: RefusedLine[] = [];
    linesOf(content).forEach((text, index) => {
      const line = { line: index + 1, text: wellFormed(trim(text)) };
      if (bytesOf(text).length > longestLine) {
        refused.push({ ...line, reason: `is longer than ${longestLine} bytes` });
        return;
      }
      // A byte order mark counts at the very start only.
      const pattern = patternOf((index === 0 ? text.replace(/^\ufeff/, "") : text).replace(/\r$/, ""));
      if (pattern === undefined) return;
      if (pattern === "!") refused.push({ ...line, reason: 'has a "!" without a pattern' });
      else if (!isGlob(pattern.replace(/^!/, ""))) refused.push({ ...line, reason: "is not a pattern" });
      else patterns.push(new Pattern(pattern, line));
    });
    return refused.length > 0 ? { refused } : new IgnorePatterns(patterns);
  }

  /**
   * What the patterns say of a file or folder, by what they said of the folder that it is in; undefined in the context's
   * own. Throws PatternRefused at a pattern that Docker finds out to be none only here.
   */
  judge(file: string, folder: Judgement | undefined): Judgement {
    let ignored = false;
    const matched = this.patterns.map((pattern, index) => {
      const below = folder?.matched[index] ?? false;
      // A pattern that would change nothing is not asked, and then does not hold below either.
      const matches = below || (pattern.exception === ignored && pattern.matches(file));
      if (matches) ignored = !pattern.exception;
      return matches;
    });
    return { ignored, matched };
  }

  /** Whether nothing below an ignored folder is looked at. */
  skips(folder: string): boolean {
    if (!this.exceptionsByPrefix) return false;
    return !this.patterns.some(({ exception, prefix }) => exception && `${prefix}/`.startsWith(`${folder}/`));
  }

  /** Whether a walk from the context's root ignores a file, which need not be there. */
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

/** What the patterns say of one path. */
export interface Judgement {
  readonly ignored: boolean;
  /** By pattern: what matched a folder matches what is below. */
  readonly matched: readonly boolean[];
}

/** A line of an ignore file that Docker refuses. */
export interface RefusedLine {
  readonly line: number;
  readonly text: string;
  /** What follows "the line": `is not a pattern`. */
  readonly reason: string;
}

/** A pattern that no regular expression can be made of: Docker stops at the first path that it would be asked about. */
export class PatternRefused extends Error {
  constructor(readonly line: RefusedLine) {
    super(`line ${line.line} ${line.reason}: ${line.text}`);
    this.name = "PatternRefused";
  }
}

/** Bytes, without the end: what the reader's buffer holds. */
const longestLine = 65_535;

function linesOf(content: Uint8Array): string[] {
  const lines = textOf(content).split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

/** A line's pattern, cleaned twice as there: once with its `!` beside, once with it. Undefined: there is none. */
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

/** Go's white space: JavaScript's, with U+0085 and without the byte order mark. */
const space = "[\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const spaceAround = new RegExp(`^${space}+|${space}+$`, "g");

function trim(text: string): string {
  return text.replace(spaceAround, "");
}

function clean(pattern: string): string {
  return path.normalize(pattern).replace(/(?<=.)\/$/s, "");
}

/** Within a bracket: a character, escaped or not; a byte that is not part of one is refused there. */
const member = String.raw`(?:\\[^\udc80-\udcff]|[^\\\]\-\udc80-\udcff])`;
const bracket = String.raw`\[(?:\^|(?!\^))(?:${member}(?:-${member})?)+\]`;
const chunkOfGlob = new RegExp(String.raw`^(?:${bracket}|\\.|[^\\\[])*$`, "su");
/** What is one character, and may be a dot. */
const oneCharacter = new RegExp(String.raw`^(?:\\?\.|\?|${bracket})$`, "u");

/**
 * Whether Go's filepath.Match takes a pattern when it compares it with ".", as the matcher does: every bracket closed and
 * not empty, nothing cut off. It looks no further than to where the comparison fails.
 */
function isGlob(pattern: string): boolean {
  const [first = "", second = ""] = chunksOf(pattern);
  return chunkOfGlob.test(first) && (!isDot(first) || chunkOfGlob.test(second));
}

/** What stands between stars that are not in a bracket. */
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
  /** Without a `/*` or `/**` at its end: what a folder is compared with that could be skipped. */
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

/** How a pattern is compared: as a whole, by its start (`a/**`), by its end (`**` first), or as a regular expression. */
function compile(pattern: string): ((file: string) => boolean) | undefined {
  const { kind, expression } = read(pattern);
  if (kind === "whole") return (file) => file === pattern;
  if (kind === "start") return inBytesUnlessText(pattern.slice(0, -2), (file, start) => file.startsWith(start));
  if (kind === "end") {
    // Two bytes, as there, though a byte order mark may stand before the stars.
    const after = textOf(bytesOf(pattern).subarray(2));
    return inBytesUnlessText(
      after,
      (file, end) => file.endsWith(end) || (end.startsWith("/") && file === end.slice(1)),
    );
  }
  const matcher = goRegularExpression(`^${expression}$`);
  return matcher && ((file) => matcher.test(wellFormed(file)));
}

/** A part that is not UTF-8 may begin or end in the middle of a character of the file's name. */
function inBytesUnlessText(part: string, compare: (file: string, part: string) => boolean): (file: string) => boolean {
  if (isUtf8(part)) return (file) => compare(file, part);
  const bytes = (text: string) => bytesOf(text).toString("latin1");
  return (file) => compare(bytes(file), bytes(part));
}

type Kind = "whole" | "start" | "end" | "expression";

function read(pattern: string): { kind: Kind; expression: string } {
  let kind: Kind = "whole";
  let expression = "";
  // Go's scanner takes a byte order mark for one at the start of any text.
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
    // A backslash at the end escapes nothing here, but does in the expression.
    const isLast = at + 1 === rest.length;
    if ("*?[]".includes(character) || (character === "\\" && !isLast)) kind = "expression";
    if (character === "*") expression += "[^/]*";
    else if (character === "?") expression += "[^/]";
    // Not `|`, `{` and `}`: its table of what to escape has no room for them.
    else if (".+()$".includes(character)) expression += `\\${character}`;
    else if (character === "\\") expression += `\\${rest[++at] ?? ""}`;
    else expression += character;
  }
  return { kind, expression };
}
