import { ShellWordError } from "./shellPattern";
import { blanks, shellWords } from "./shellWord";

/** An instruction of a Dockerfile, with its continuation lines joined. */
export interface Instruction {
  /** Its first line, counted from 1. */
  line: number;
  /** In capitals: FROM, RUN, … */
  keyword: string;
  /** Flags without quotes: `--from=build`. */
  flags: readonly string[];
  /** The arguments after the flags. */
  rest: string;
}

export interface DockerfileLines {
  instructions: readonly Instruction[];
  /** The escape character, which a directive may change to a backtick. */
  escapeCharacter: string;
}

/** Instructions that accept here-documents (`<<NAME`). */
const withHeredocs: readonly string[] = ["ADD", "COPY", "RUN"];

/**
 * The instructions of a Dockerfile, as BuildKit's parser finds them
 * (github.com/moby/buildkit/frontend/dockerfile/parser): escape directive, comments between continuation lines,
 * here-documents. Never throws.
 */
export function readInstructions(text: string): DockerfileLines {
  const lines = text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .map((line) => line.replace(/\r+$/, ""));
  const escapeCharacter = escapeDirective(lines);
  const continued = new RegExp(`(^|[^\\${escapeCharacter}])\\${escapeCharacter}[ \\t]*$`);
  const instructions: Instruction[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    let whole = trimmedStart(lines[at] ?? "");
    if (whole === "" || whole.startsWith("#")) {
      continue;
    }
    while (continued.test(whole) && at + 1 < lines.length) {
      const next = lines[++at] ?? "";
      whole = isBlank(next) || isComment(next) ? whole : whole.replace(continued, "$1") + next;
    }
    const instruction = instructionOf(whole.replace(continued, "$1"), line, escapeCharacter);
    if (instruction === undefined) {
      continue;
    }
    instructions.push(instruction);
    for (const { name, withTabs } of heredocsOf(instruction, whole, escapeCharacter)) {
      const isEnd = (each: string) => (withTabs ? each.replace(/^\t+/, "") : each) === name;
      while (at + 1 < lines.length && !isEnd(lines[++at] ?? "")) {}
    }
  }
  return { instructions, escapeCharacter };
}

/** The instruction in a single line, such as the one after ONBUILD; `undefined` when there is none. */
export function instructionOf(text: string, line: number, escapeCharacter: string): Instruction | undefined {
  const [, name = "", rest = ""] = /^(\S+)(?:[\t\v\f\r ]+([\s\S]*))?$/.exec(trimmed(text)) ?? [];
  return name === "" ? undefined : { line, keyword: name.toUpperCase(), ...splitFlags(rest, escapeCharacter) };
}

/** Directives are comments before everything else. */
function escapeDirective(lines: readonly string[]): string {
  for (const line of lines) {
    const [, name = "", value = ""] = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/.exec(trimmedStart(line)) ?? [];
    const directive = name.toLowerCase();
    if (!["syntax", "escape", "check"].includes(directive)) {
      break;
    }
    if (directive === "escape" && value === "`") {
      return "`";
    }
  }
  return "\\";
}

function isBlank(line: string): boolean {
  return trimmedStart(line) === "";
}

function isComment(line: string): boolean {
  return trimmedStart(line).startsWith("#");
}

const blank = new RegExp(`[${blanks}]`);
const [leading, trailing] = [new RegExp(`^[${blanks}]+`), new RegExp(`[${blanks}]+$`)];

function trimmedStart(text: string): string {
  return text.replace(leading, "");
}

function trimmed(text: string): string {
  return trimmedStart(text).replace(trailing, "");
}

/**
 * Splits the flags, without quotes, from the front of an instruction's arguments. BuildKit reads them byte by byte
 * here, so a byte in the middle of a character may count as a blank, and non-ASCII characters turn into others.
 */
function splitFlags(text: string, escapeCharacter: string): Pick<Instruction, "flags" | "rest"> {
  const bytes = Buffer.from(text, "utf8").toString("latin1");
  const rest = (from: number) => trimmed(Buffer.from(bytes.slice(from), "latin1").toString("utf8"));
  const flags: string[] = [];
  let at = 0;
  for (;;) {
    at += /^[\t\n\v\f\r \u0085\u00a0]*/.exec(bytes.slice(at))?.[0].length ?? 0;
    if (!bytes.startsWith("--", at)) {
      return { flags, rest: rest(at) };
    }
    const word = readWord(bytes, at, escapeCharacter, true);
    at = word.end;
    if (word.plain === "--") {
      return { flags, rest: rest(at) };
    }
    flags.push(word.plain);
  }
}

/** The words of an instruction's arguments, with their quotes and escapes. */
export function wordsOf(text: string, escapeCharacter: string): string[] {
  const words: string[] = [];
  for (let at = 0; at < text.length; ) {
    if (blank.test(text[at] ?? "")) {
      at += 1;
      continue;
    }
    const { written, end } = readWord(text, at, escapeCharacter);
    words.push(written);
    at = end;
  }
  return words;
}

/**
 * The word at a position, as written and without quotes and escapes.
 * @param inFlag Whether escapes work in single quotes too.
 */
function readWord(
  text: string,
  from: number,
  escapeCharacter: string,
  inFlag: boolean = false,
): { written: string; plain: string; end: number } {
  let plain = "";
  let quote = "";
  let at = from;
  for (; at < text.length; at++) {
    const character = text[at] ?? "";
    if (quote === "" && blank.test(character)) {
      break;
    }
    if (character === escapeCharacter && (inFlag || quote !== "'")) {
      plain += text[++at] ?? "";
    } else if (quote === "" && (character === "'" || character === '"')) {
      quote = character;
    } else if (character === quote) {
      quote = "";
    } else {
      plain += character;
    }
  }
  return { written: text.slice(from, at), plain, end: Math.min(at, text.length) };
}

/** The here-documents that an instruction starts: `<<EOF`, `<<-"EOF"`; there may be several. */
function heredocsOf(
  instruction: Instruction,
  whole: string,
  escapeCharacter: string,
): { name: string; withTabs: boolean }[] {
  const inner =
    instruction.keyword === "ONBUILD"
      ? instructionOf(instruction.rest, instruction.line, escapeCharacter)
      : instruction;
  if (inner === undefined || !withHeredocs.includes(inner.keyword) || isJsonForm(inner.rest)) {
    return [];
  }
  return shellWordsOrEmpty(whole, true).flatMap((word) => {
    const [, dash, written = ""] = /^[0-9]*<<(-?)[\t\n\f\r ]*([^<]*)$/.exec(word) ?? [];
    const [name, ...others] = shellWordsOrEmpty(written, false);
    return name === undefined || others.length > 0 ? [] : [{ name, withTabs: dash === "-" }];
  });
}

/** BuildKit finds no words in a string that its lexer rejects, such as one with an unclosed quote. */
function shellWordsOrEmpty(text: string, raw: boolean): string[] {
  try {
    return shellWords(text, raw);
  } catch (error) {
    if (error instanceof ShellWordError) {
      return [];
    }
    throw error;
  }
}

function isJsonForm(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}
