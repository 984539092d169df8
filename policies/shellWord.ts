/** A shell word that cannot be expanded: Docker refuses the Dockerfile with the same reason. */
export class ShellWordError extends Error {}

/** The value of a variable; `undefined` for one that is not set. */
export type Variables = (name: string) => string | undefined;

/**
 * Expands the variables and takes away the quotes of one word of a Dockerfile, as BuildKit's shell lexer does
 * (github.com/moby/buildkit/frontend/dockerfile/shell, ProcessWord): `$NAME`, `${NAME}`, and with an operator `:-`, `-`, `:+`, `+`,
 * `:?`, `?`, `#`, `##`, `%`, `%%`, `/` or `//`.
 *
 * @throws ShellWordError where BuildKit gives an error.
 */
export function expandWord(word: string, variables: Variables, escapeCharacter: string = "\\"): string {
  return new ShellWord(word, variables, escapeCharacter).read(undefined, false);
}

/**
 * Splits a text into words, in which variables stay as they are written, as BuildKit's shell lexer does for here-documents (ProcessWords,
 * SkipUnsetEnv, with no variables).
 *
 * @param raw Whether quotes and escapes stay as well.
 * @throws ShellWordError where BuildKit gives an error.
 */
export function shellWords(text: string, raw: boolean): string[] {
  return new ShellWord(text, undefined, "\\", raw).words();
}

/** What Go's unicode.IsSpace takes for a blank: U+0085 is one, and U+FEFF, which JavaScript's `\s` has, is none. */
export const blanks = "\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const blank = new RegExp(`[${blanks}]`);

class ShellWord {
  private readonly characters: readonly string[];
  private at = 0;
  /** How often a substitution was read inside of the word: BuildKit forgets what is in front of it in the word. */
  private inner = 0;

  /** @param variables Left out: a variable stays as it is written. @param raw Whether quotes and escapes stay. */
  constructor(
    word: string,
    private readonly variables: Variables | undefined,
    private readonly escapeCharacter: string,
    private readonly raw: boolean = false,
  ) {
    this.characters = [...word];
  }

  words(): string[] {
    const words: string[] = [];
    let word = "";
    const end = () => {
      if (word !== "") {
        words.push(word);
      }
      word = "";
    };
    const split = (text: string) => {
      for (const character of text) {
        if (blank.test(character)) {
          end();
        } else {
          word += character;
        }
      }
    };
    for (let character = this.peek(); character !== undefined; character = this.peek()) {
      const { at, inner } = this;
      const part = this.part(character, this.raw);
      if (this.inner > inner) {
        word = "";
      }
      if (character === "$" || at + 1 === this.at) {
        split(part);
      } else {
        word += part;
      }
    }
    end();
    return words;
  }

  private peek(): string | undefined {
    return this.characters[this.at];
  }

  private next(): string | undefined {
    return this.characters[this.at++];
  }

  /** Up to a character, which is read too, or to the end. @param raw Whether escapes stay, as in patterns. */
  read(stop: string | undefined, raw: boolean): string {
    let result = "";
    for (let character = this.peek(); character !== undefined; character = this.peek()) {
      if (character === stop) {
        this.at += 1;
        return result;
      }
      result += this.part(character, raw);
    }
    if (stop !== undefined) {
      throw new ShellWordError(`unexpected end of statement while looking for matching ${stop}`);
    }
    return result;
  }

  /** What begins with this character, which is the next one. */
  private part(character: string, raw: boolean): string {
    if (character === "$") {
      return this.dollar();
    }
    if (character === "'") {
      return this.singleQuoted();
    }
    if (character === '"') {
      return this.doubleQuoted(raw);
    }
    this.at += 1;
    if (character === "<" && this.peek() === "<") {
      this.at += 1;
      return `<<${this.blanksOfHeredoc()}`;
    }
    return character === this.escapeCharacter ? (raw ? character : "") + (this.next() ?? "") : character;
  }

  /** Blanks between `<<` and a name belong to the word. */
  private blanksOfHeredoc(): string {
    let result = "";
    for (
      let character = this.peek();
      character === "\t" || character === "\r" || character === " ";
      character = this.peek()
    ) {
      result += character;
      this.at += 1;
    }
    return result;
  }

  private singleQuoted(): string {
    this.at += 1;
    const end = this.characters.indexOf("'", this.at);
    if (end < 0) {
      throw new ShellWordError("unexpected end of statement while looking for matching single-quote");
    }
    const result = this.characters.slice(this.at, end).join("");
    this.at = end + 1;
    return this.raw ? `'${result}'` : result;
  }

  private doubleQuoted(raw: boolean): string {
    this.at += 1;
    let result = "";
    for (;;) {
      const character = this.peek();
      if (character === undefined) {
        throw new ShellWordError("unexpected end of statement while looking for matching double-quote");
      }
      if (character === "$") {
        result += this.dollar();
        continue;
      }
      this.at += 1;
      if (character === '"') {
        return this.raw ? `"${result}"` : result;
      }
      const following = this.peek();
      if (character !== this.escapeCharacter) {
        result += character;
      } else if (following !== undefined) {
        // Only these are escaped in double quotes; before others the escape character stays.
        const escapes = following === '"' || following === "$" || following === this.escapeCharacter;
        result += (raw && (escapes || !this.raw) ? character : "") + (escapes ? this.next() : character);
      }
    }
  }

  private dollar(): string {
    this.at += 1;
    if (this.peek() !== "{") {
      const name = this.name();
      return name === "" ? "$" : this.valueOf(name, `$${name}`);
    }
    this.at += 1;
    const first = this.peek();
    if (first === undefined) {
      throw new ShellWordError("syntax error: missing '}'");
    }
    if (first === "{" || first === "}" || first === ":") {
      throw new ShellWordError("syntax error: bad substitution");
    }
    const name = this.name();
    const operator = this.next();
    if (operator === "}") {
      return this.valueOf(name, `\${${name}}`);
    }
    this.inner += 1;
    return operator === "/" ? this.replaced(name) : this.modified(name, operator);
  }

  private valueOf(name: string, written: string): string {
    return this.variables === undefined ? written : (this.variables(name) ?? "");
  }

  private modified(name: string, first: string | undefined): string {
    const emptyIsUnset = first === ":";
    const operator = emptyIsUnset ? this.next() : first;
    const isPattern = operator === "#" || operator === "%";
    if (operator === undefined || !"+-?#%".includes(operator) || (emptyIsUnset && isPattern)) {
      throw new ShellWordError(`unsupported modifier (${emptyIsUnset ? ":" : ""}${operator ?? ""}) in substitution`);
    }
    const word = this.read("}", isPattern);
    if (this.variables === undefined) {
      return `\${${name}${emptyIsUnset ? ":" : ""}${operator}${word}}`;
    }
    const value = this.variables(name);
    const isSet = value !== undefined && !(emptyIsUnset && value === "");
    switch (operator) {
      case "-":
        return isSet ? value : word;
      case "+":
        return isSet ? word : "";
      case "?":
        if (!isSet) {
          throw new ShellWordError(
            `${name}: ${word || `is not allowed to be ${value === undefined ? "unset" : "empty"}`}`,
          );
        }
        return value;
      default:
        return trimmed(value ?? "", word, operator === "%");
    }
  }

  private replaced(name: string): string {
    const all = this.peek() === "/";
    if (all) {
      this.at += 1;
    }
    const written = this.read("/", true);
    const replacement = this.read("}", true);
    if (this.variables === undefined) {
      return `\${${name}/${written}/${replacement}}`;
    }
    const pattern = patternOf(written);
    const value = [...(this.variables(name) ?? "")];
    let result = "";
    let from = 0;
    let start = 0;
    for (; start <= value.length; start++) {
      const end = matchEnds(pattern, value, start).at(-1);
      // An empty match right behind another one is none.
      if (end === undefined || (end === start && start === from && start > 0)) {
        continue;
      }
      result +=
        value.slice(from, start).join("") +
        (all ? filledIn(replacement, value.slice(start, end).join("")) : replacement);
      from = end;
      if (!all) {
        break;
      }
      start = end > start ? end - 1 : start;
    }
    return result + value.slice(from).join("");
  }

  /** Letters, digits and `_`; one that begins with a digit is digits only, and there are special ones of a single character. */
  private name(): string {
    const rest = this.characters.slice(this.at).join("");
    const name = /^(?:\p{Nd}+|[@*#?$!-]|[\p{L}\p{Nd}_]+)/u.exec(rest)?.[0] ?? "";
    this.at += [...name].length;
    return name;
  }
}

/** BuildKit's replacement of all matches is Go's, where `$0` is the match, and a name that there is no group of is nothing. */
function filledIn(replacement: string, match: string): string {
  return replacement.replace(/\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu, (_, dollar, braced, plain) =>
    dollar ? "$" : (braced ?? plain) === "0" ? match : "",
  );
}

/** One place of a pattern: any characters, any one, or this one. */
type Token = { any: true } | { one: true } | { character: string };

function patternOf(text: string): Token[] {
  const characters = [...text];
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? "";
    if (character === "*") {
      tokens.push({ any: true });
    } else if (character === "?") {
      tokens.push({ one: true });
    } else if (character === "\\") {
      // `}` and `/` are escaped for the sake of the substitution, not of the pattern.
      const following = characters[++at];
      if (following === undefined || !"*?\\}/".includes(following)) {
        throw new ShellWordError(`invalid pattern (${text}) in substitution: invalid escape '\\${following ?? ""}'`);
      }
      tokens.push({ character: following });
    } else {
      tokens.push({ character });
    }
  }
  return tokens;
}

/** Where matches of a pattern that begin here can end, in their order. Linear in the pattern for each character of the text. */
function matchEnds(pattern: readonly Token[], text: readonly string[], start: number): number[] {
  let ends: number[] = [start];
  for (const token of pattern) {
    if ("any" in token) {
      const first = ends[0] ?? text.length;
      ends = ends.length === 0 ? [] : Array.from({ length: text.length - first + 1 }, (_, index) => first + index);
    } else {
      ends = ends
        .filter((at) => at < text.length && ("one" in token || text[at] === token.character))
        .map((at) => at + 1);
    }
  }
  return ends;
}

/** The value without the shortest match of the pattern at its beginning or end, or the longest where the operator is doubled. */
function trimmed(value: string, word: string, atEnd: boolean): string {
  const longest = word.startsWith(atEnd ? "%" : "#");
  const tokens = patternOf(longest ? word.slice(1) : word);
  const [pattern, text] = atEnd ? [tokens.toReversed(), [...value].toReversed()] : [tokens, [...value]];
  const end = matchEnds(pattern, text, 0).at(longest ? -1 : 0) ?? 0;
  const rest = text.slice(end);
  return (atEnd ? rest.toReversed() : rest).join("");
}
