/**
 * Docker's matcher of ignore files converts a pattern to a Go regular expression without escaping everything that is
 * special there: `\d` matches a digit, `[[:alpha:]]` a letter, `^` the start, `a|b` alternatives. So everything that
 * can occur there is parsed here and translated to JavaScript.
 *
 * @param expression Its only groups are the matcher's own, for any folders: it escapes those in a pattern.
 * @returns undefined when Go would reject it.
 */
export function goRegularExpression(expression: string): RegExp | undefined {
  try {
    return new RegExp(new Translation(expression).whole(), "v");
  } catch (error) {
    // A script unknown to JavaScript is also a syntax error.
    if (error instanceof Refused || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

class Refused extends Error {}

/** Go's classes are ASCII only. */
const perlClasses: Record<string, string> = { d: "0-9", s: "\\t\\n\\f\\r\\u{20}", w: "0-9A-Za-z_" };
const posixClasses: Record<string, string> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  ascii: "\\0-\\x7f",
  blank: "\\t\\u{20}",
  cntrl: "\\0-\\x1f\\x7f",
  digit: "0-9",
  graph: "\\x21-\\x7e",
  lower: "a-z",
  print: "\\x20-\\x7e",
  punct: "\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e",
  space: "\\x09-\\x0d\\x20",
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};
/** JavaScript's C also includes unassigned characters. */
const categories: Record<string, string> = { C: "\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}" };
const controls: Record<string, number> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const assertions: Record<string, string> = { A: "^", z: "$", b: "\\b", B: "\\B" };
const isOctal = (character: string | undefined) => character !== undefined && /^[0-7]$/.test(character);

class Translation {
  private readonly rest: string[];
  private at = 0;
  /** Atoms since the start or the last `|`, each of which may be repeated. */
  private atoms: string[] = [];

  constructor(expression: string) {
    this.rest = [...expression];
  }

  whole(): string {
    let done = "";
    let isRepetition = false;
    while (this.at < this.rest.length) {
      const times = this.repetition();
      if (times !== undefined) {
        const atom = this.atoms.pop();
        if (atom === undefined || isRepetition) throw new Refused();
        this.atoms.push(`(?:${atom})${times}`);
      } else if (this.peek() === "|") {
        this.at++;
        done += `${this.atoms.join("")}|`;
        this.atoms = [];
      } else this.atoms.push(...this.atom());
      isRepetition = times !== undefined;
    }
    return done + this.atoms.join("");
  }

  private peek(ahead = 0): string | undefined {
    return this.rest[this.at + ahead];
  }

  private next(): string {
    const character = this.rest[this.at++];
    if (character === undefined) throw new Refused();
    return character;
  }

  /** `*`, `?`, `{2}`, `{2,}`, `{2,3}`. Undefined, with nothing consumed, when there is none. */
  private repetition(): string | undefined {
    const character = this.peek();
    if (character === "*" || character === "?") return this.next();
    if (character !== "{") return undefined;
    const [text, low = "", comma, high = ""] =
      /^\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}/.exec(this.rest.slice(this.at).join("")) ?? [];
    if (text === undefined) return undefined;
    const [least, most] = [Number(low), high === "" ? undefined : Number(high)];
    if (least > 1000 || (most !== undefined && (most > 1000 || least > most))) throw new Refused();
    this.at += text.length;
    return comma === undefined ? `{${least}}` : `{${least},${most ?? ""}}`;
  }

  private atom(): string[] {
    const character = this.next();
    if (character === "[") return [this.bracket()];
    if (character === ".") return ["[^\\n]"];
    if (character === "(") {
      // The matcher's own group, `(.*/)?`; its question mark follows.
      this.at += ".*/)".length;
      return ["(?:[^\\n]*\\u{2f})"];
    }
    if ("^$".includes(character)) return [character];
    if (character !== "\\") return [literal(character)];
    const escaped = this.peek();
    if (escaped === "Q") return this.quoted();
    const assertion = assertions[escaped ?? ""];
    if (assertion !== undefined) {
      this.at++;
      return [assertion];
    }
    return [this.namedClass() ?? literal(this.escape())];
  }

  /** `\Q…\E`, or to the end. */
  private quoted(): string[] {
    this.at++;
    const parts: string[] = [];
    while (this.at < this.rest.length) {
      if (this.peek() === "\\" && this.peek(1) === "E") {
        this.at += 2;
        break;
      }
      parts.push(literal(this.next()));
    }
    return parts;
  }

  /** After a backslash: `d`, `W`, `pL`. Undefined, with nothing consumed, for any other escape. */
  private namedClass(): string | undefined {
    const name = this.peek() ?? "";
    const negation = /[A-Z]/.test(name) ? "^" : "";
    if (name === "p" || name === "P") {
      this.at++;
      return `[${negation}${this.unicodeClass()}]`;
    }
    const perl = perlClasses[name.toLowerCase()];
    if (perl === undefined) return undefined;
    this.at++;
    return `[${negation}${perl}]`;
  }

  /** After `\p`: `L`, `{Lu}`, `{Greek}`, `{^Greek}`. */
  private unicodeClass(): string {
    let name = this.next();
    if (name === "{") {
      const end = this.rest.indexOf("}", this.at);
      if (end < 0) throw new Refused();
      name = this.rest.slice(this.at, end).join("");
      this.at = end + 1;
    }
    const negation = name.startsWith("^") ? "^" : "";
    if (negation) name = name.slice(1);
    if (!/^[A-Z][A-Za-z_]*$/.test(name)) throw new Refused();
    const property = name.length <= 2 ? (categories[name] ?? `\\p{${name}}`) : `\\p{Script=${name}}`;
    return `[${negation}${name === "Any" ? "\\p{Any}" : property}]`;
  }

  /** After a backslash: an escape for a single character. */
  private escape(): string {
    const character = this.next();
    if (character < "\x80" && !/^[0-9A-Za-z]$/.test(character)) return character;
    if (character === "0" || (isOctal(character) && isOctal(this.peek()))) {
      let digits = character;
      while (digits.length < 3 && isOctal(this.peek())) digits += this.next();
      return String.fromCodePoint(Number.parseInt(digits, 8));
    }
    if (character === "x") {
      const isBraced = this.peek() === "{";
      const end = isBraced ? this.rest.indexOf("}", this.at) : this.at + 2;
      const digits = this.rest.slice(isBraced ? this.at + 1 : this.at, end).join("");
      const code = Number.parseInt(digits, 16);
      if (end < 0 || !(isBraced ? /^[0-9A-Fa-f]+$/ : /^[0-9A-Fa-f]{2}$/).test(digits) || code > 0x10ffff) {
        throw new Refused();
      }
      this.at = isBraced ? end + 1 : end;
      return String.fromCodePoint(code);
    }
    const control = controls[character];
    if (control === undefined) throw new Refused();
    return String.fromCodePoint(control);
  }

  private bracket(): string {
    const negation = this.peek() === "^" ? "^" : "";
    if (negation) this.at++;
    const parts: string[] = [];
    // A bracket in first place is literal.
    while (this.peek() !== "]" || parts.length === 0) parts.push(this.posixClass() ?? this.range());
    this.at++;
    return `[${negation}${parts.join("")}]`;
  }

  /** `[:alpha:]`, `[:^alpha:]`. Undefined, with nothing consumed, when there is none. */
  private posixClass(): string | undefined {
    if (this.peek() !== "[" || this.peek(1) !== ":") return undefined;
    const text = this.rest.slice(this.at + 2).join("");
    const end = text.indexOf(":]");
    if (end < 0) return undefined;
    const [, negation = "", name = ""] = /^(\^?)(.*)$/s.exec(text.slice(0, end)) ?? [];
    if (!Object.hasOwn(posixClasses, name)) throw new Refused();
    this.at += 4 + [...text.slice(0, end)].length;
    return `[${negation}${posixClasses[name]}]`;
  }

  private range(): string {
    if (this.peek() === "\\") {
      this.at++;
      const named = this.namedClass();
      if (named !== undefined) return named;
      this.at--;
    }
    const low = this.bound();
    if (this.peek() !== "-" || this.peek(1) === undefined || this.peek(1) === "]") return literal(low);
    this.at++;
    const high = this.bound();
    if ((high.codePointAt(0) ?? 0) < (low.codePointAt(0) ?? 0)) throw new Refused();
    return `${literal(low)}-${literal(high)}`;
  }

  private bound(): string {
    const character = this.next();
    return character === "\\" ? this.escape() : character;
  }
}

function literal(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
