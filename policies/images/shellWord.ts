import { replaceMatches, ShellWordError, withoutMatch } from "./shellPattern";

/** The value of a variable; `undefined` for one that is not set. */
export type Variables = (name: string) => string | undefined;

/**
 * Expands the variables and removes the quotes of one word of a Dockerfile, as BuildKit's shell lexer does
 * (github.com/moby/buildkit/frontend/dockerfile/shell, ProcessWord): `$NAME`, `${NAME}`, and with an operator `:-`,
 * `-`, `:+`, `+`, `:?`, `?`, `#`, `##`, `%`, `%%`, `/` or `//`.
 *
 * @throws ShellWordError where BuildKit gives an error.
 */
export function expandWord(word: string, variables: Variables, escapeCharacter: string = "\\"): string {
  return new ShellWord(word, variables, escapeCharacter).read(undefined, false);
}

/**
 * Splits a string into words and leaves variables as written, as BuildKit's shell lexer does for here-documents
 * (ProcessWords, SkipUnsetEnv, with no variables).
 *
 * @param raw Whether to keep quotes and escapes as well.
 * @throws ShellWordError where BuildKit gives an error.
 */
export function shellWords(text: string, raw: boolean): string[] {
  return new ShellWord(text, undefined, "\\", raw).words();
}

/** The blanks of Go's unicode.IsSpace: unlike JavaScript's `\s`, with U+0085 and without U+FEFF. */
export const blanks = "\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const blank = new RegExp(`[${blanks}]`);

class ShellWord {
  private readonly characters: readonly string[];
  private at = 0;
  /** Count of substitutions read inside the word: BuildKit drops what precedes one in the word. */
  private inner = 0;

  /** @param variables `undefined`: variables stay as written. @param raw Whether to keep quotes and escapes. */
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

  /** Reads up to and including a character, or to the end. @param raw Whether to keep escapes, as in patterns. */
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

  /** Reads the part that starts at the current position. @param character The character there. */
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
        return withoutMatch(value ?? "", word, operator === "%");
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
    return replaceMatches(this.variables(name) ?? "", written, replacement, all);
  }

  /** A name of letters, digits and `_`, of digits only if it starts with one, or of a single special character. */
  private name(): string {
    const rest = this.characters.slice(this.at).join("");
    const name = /^(?:\p{Nd}+|[@*#?$!-]|[\p{L}\p{Nd}_]+)/u.exec(rest)?.[0] ?? "";
    this.at += [...name].length;
    return name;
  }
}
