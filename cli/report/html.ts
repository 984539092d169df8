/** A piece of HTML that is safe as it stands: made by `html` only, so that no other string gets into the page unescaped. */
export class Html {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }

  /** For constants of this program, such as its own style sheet. Never for anything that was read. */
  static trusted(text: string): Html {
    return new Html(text);
  }
}

/** What stands for nothing: `condition && html…` may be written as it is. */
export type HtmlValue = Html | string | number | false | null | undefined | readonly HtmlValue[];

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/**
 * Characters that show nothing, or turn the reading direction, and could make a name look like another one. A page shows
 * them as their code point. Line ends and tabs are white space there, and stay; so does what chooses an emoji's form.
 */
const deceiving = /(?![\t\n\r]|\ufe0e|\ufe0f)[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu;

/** Escapes text for an element's content and for a quoted attribute's value. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => entities[character] ?? character)
    .replace(deceiving, (character) => `[U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}]`);
}

/**
 * Template tag: literal parts are HTML, every value is escaped. Values made by `html` stand as they are, lists are joined,
 * and `null`, `undefined` and `false` give nothing. Attribute values must be quoted in the template.
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
