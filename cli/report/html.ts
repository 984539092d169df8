/** Safe HTML, created only by `html`, so that no other string gets into the page unescaped. */
export class Html {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }

  /** For constants of this program, such as its own style sheet. Never for data that was read. */
  static trusted(text: string): Html {
    return new Html(text);
  }
}

/** Values that render nothing allow `condition && html…`. */
export type HtmlValue = Html | string | number | false | null | undefined | readonly HtmlValue[];

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/**
 * Characters that are invisible or change the text direction, and could make a name look like another one. The page
 * shows their code point instead. Line ends and tabs are whitespace there, and are kept; so are emoji variation
 * selectors.
 */
const deceiving = /(?![\t\n\r]|\ufe0e|\ufe0f)[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu;

/** Escapes a string for an element's content and for a quoted attribute's value. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => entities[character] ?? character)
    .replace(deceiving, (character) => `[U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}]`);
}

/**
 * Template tag: literal parts are HTML, every value is escaped. Values created by `html` are inserted unchanged, lists
 * are joined, and `null`, `undefined`, and `false` render nothing. Attribute values must be quoted in the template.
 */
export function html(literals: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return Html.trusted(literals.map((literal, index) => `${literal}${render(values[index])}`).join(""));
}

function render(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) {
    return "";
  }
  if (value instanceof Html) {
    return value.toString();
  }
  return typeof value === "string" || typeof value === "number"
    ? escapeHtml(String(value))
    : value.map(render).join("");
}
