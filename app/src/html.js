/** A piece of HTML that is safe as it stands: made by `html` only, so that no other string gets into a page unescaped. */
class Html {
  constructor(text) {
    this.text = text;
  }

  toString() {
    return this.text;
  }
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Escapes text for element content and for quoted attribute values. */
export function escapeHtml(text) {
  return String(text).replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/**
 * Template tag: literal parts are HTML, every value is escaped. Values made by `html` stand as they are, lists are
 * joined, and `null`, `undefined` and `false` give nothing. Attribute values must be quoted in the template.
 */
export function html(literals, ...values) {
  let text = literals[0];
  for (const [index, value] of values.entries()) {
    text += render(value) + literals[index + 1];
  }
  return new Html(text);
}

function render(value) {
  if (value === null || value === undefined || value === false) {
    return "";
  }
  if (value instanceof Html) {
    return value.text;
  }
  return Array.isArray(value) ? value.map(render).join("") : escapeHtml(value);
}
