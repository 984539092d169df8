/** A request that gets an answer other than a page of its own: status, what to tell the visitor, extra headers. */
export class HttpError extends Error {
  constructor(status, message, headers = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** The largest form that is read, in bytes. The longest valid one takes about 4 KiB, percent-encoded. */
export const BODY_LIMIT = 16 * 1024;

/** Sent with every answer. No page needs a script, a frame or anything of another origin. */
export const SECURITY_HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  // Not "no-referrer": that turns the Origin of a form's own POST into "null", which refuseForeignForm would refuse.
  "Referrer-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};

/** Sends a complete answer; for HEAD the same headers without the body. */
export function send(request, response, status, contentType, body, headers = {}) {
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    "Cache-Control": "no-store",
    ...headers,
    "Content-Type": contentType,
    "Content-Length": bytes.length,
  });
  response.end(request.method === "HEAD" ? undefined : bytes);
}

/** Sends the browser to another page by GET, so that a reload does not send a form twice. */
export function redirect(response, location) {
  response.writeHead(303, {
    ...SECURITY_HEADERS,
    "Cache-Control": "no-store",
    Location: location,
    "Content-Length": 0,
  });
  response.end();
}

/**
 * Reads a form's fields. Refuses other content types (415), bodies above BODY_LIMIT (413, also when no length was
 * declared) and bytes that are not UTF-8 (400).
 */
export async function readForm(request) {
  const contentType = (request.headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();
  if (contentType !== "application/x-www-form-urlencoded") {
    throw new HttpError(415, "Forms are sent as application/x-www-form-urlencoded.");
  }
  const tooLarge = () =>
    // The rest of the body is not read, so the connection cannot serve another request.
    new HttpError(413, `A form may have at most ${BODY_LIMIT} bytes.`, { Connection: "close" });
  if (Number(request.headers["content-length"] ?? 0) > BODY_LIMIT) {
    throw tooLarge();
  }
  const chunks = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > BODY_LIMIT) {
      throw tooLarge();
    }
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString("latin1");
  try {
    decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new HttpError(400, "The form is not valid percent-encoded UTF-8.");
  }
  return new URLSearchParams(text);
}

/**
 * Refuses a form that a page of another site sends in the visitor's name. Browsers say where a form comes from in
 * Sec-Fetch-Site or, over plain HTTP, in Origin; a client that sends neither is not a browser and acts on its own behalf.
 */
export function refuseForeignForm(request) {
  const site = request.headers["sec-fetch-site"];
  const origin = request.headers.origin;
  const own = site !== undefined ? site === "same-origin" || site === "none" : isOwnOrigin(origin, request.headers);
  if (!own) {
    throw new HttpError(403, "This form was sent by another site.");
  }
}

function isOwnOrigin(origin, headers) {
  if (origin === undefined) {
    return true;
  }
  try {
    return new URL(origin).host === (headers["x-forwarded-host"] ?? headers.host);
  } catch {
    return false;
  }
}
