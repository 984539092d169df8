import http from "node:http";
import { HttpError, refuseForeignForm, send } from "./http.js";
import { log } from "./log.js";
import { Router } from "./router.js";
import { addOwnerRoutes } from "./routes/owners.js";
import { addPetRoutes } from "./routes/pets.js";
import { addSiteRoutes } from "./routes/site.js";
import { errorPage } from "./views/site.js";

/**
 * The HTTP application over a store. Returns the server, not yet listening, and `stop(timeoutMs)`, which resolves with
 * true when every running request was answered and with false when some had to be cut off.
 */
export function createApplication(store) {
  let stopping = false;
  const router = new Router();
  addSiteRoutes(router, store, { isStopping: () => stopping });
  addOwnerRoutes(router, store);
  addPetRoutes(router, store);

  const server = http.createServer((request, response) => {
    if (stopping) {
      response.setHeader("Connection", "close");
    }
    const started = performance.now();
    response.on("close", () => logRequest(request, response, performance.now() - started));
    respond(router, request, response).catch((error) => fail(request, response, error));
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 20_000;
  // Above the 60 s of an AWS load balancer, which otherwise reuses a connection just as it is closed here.
  server.keepAliveTimeout = 65_000;

  return {
    server,
    async stop(timeoutMs) {
      stopping = true;
      const closed = new Promise((resolve) => server.close(() => resolve(true)));
      const expired = new Promise((resolve) => setTimeout(resolve, timeoutMs, false).unref());
      // A kept-alive connection that becomes idle after close() would otherwise last for keepAliveTimeout.
      const sweep = setInterval(() => server.closeIdleConnections(), 50);
      const finished = await Promise.race([closed, expired]);
      clearInterval(sweep);
      server.closeAllConnections();
      return finished;
    },
  };
}

async function respond(router, request, response) {
  const url = parseUrl(request.url);
  const { handler, parameters } = router.match(request.method, url.pathname);
  if (request.method === "POST") {
    refuseForeignForm(request);
  }
  await handler({ request, response, parameters, query: url.searchParams });
}

function parseUrl(target) {
  // The origin is only there to parse a path; paths such as "//x" must not become a host.
  if (!target.startsWith("/") || target.startsWith("//")) {
    throw new HttpError(400, "The request's path is not valid.");
  }
  return new URL(`http://localhost${target}`);
}

function fail(request, response, error) {
  const known = error instanceof HttpError;
  if (!known && !request.destroyed && !request.aborted) {
    log("error", "request failed", { method: request.method, path: request.url, error: String(error?.stack ?? error) });
  }
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const status = known ? error.status : 500;
  const message = known ? error.message : "Something went wrong on our side. Please try again.";
  const page = errorPage(status, message);
  send(request, response, status, "text/html; charset=utf-8", page, known ? error.headers : {});
}

function logRequest(request, response, milliseconds) {
  if (request.url === "/healthz") {
    return; // one a few seconds, which would hide everything else
  }
  log("info", "request", {
    method: request.method,
    path: request.url,
    status: response.writableFinished ? response.statusCode : "aborted",
    milliseconds: Math.round(milliseconds),
  });
}
