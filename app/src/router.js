import { HttpError } from "./http.js";

/**
 * Matches method and path to a handler. A pattern's `:name` parts stand for a number (identifiers are numbers here);
 * a path with any other text there is simply not found.
 */
export class Router {
  #routes = [];

  get(pattern, handler) {
    this.#routes.push({ ...compile(pattern), methods: ["GET", "HEAD"], handler });
  }

  post(pattern, handler) {
    this.#routes.push({ ...compile(pattern), methods: ["POST"], handler });
  }

  /** The handler of a request with its path parameters. Throws a 404, or a 405 that names the allowed methods. */
  match(method, path) {
    const allowed = new Set();
    for (const { expression, methods, handler } of this.#routes) {
      const match = expression.exec(path);
      if (match === null) {
        continue;
      }
      if (methods.includes(method)) {
        return { handler, parameters: match.groups ?? {} };
      }
      for (const name of methods) {
        allowed.add(name);
      }
    }
    if (allowed.size > 0) {
      throw new HttpError(405, "This page cannot be used that way.", { Allow: [...allowed].join(", ") });
    }
    throw new HttpError(404, "There is no such page.");
  }
}

function compile(pattern) {
  const source = pattern.replaceAll(".", "\\.").replace(/:(\w+)/g, "(?<$1>[1-9]\\d{0,9})");
  return { expression: new RegExp(`^${source}$`) };
}
