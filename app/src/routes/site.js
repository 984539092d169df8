import { readFileSync } from "node:fs";
import { send } from "../http.js";
import { homePage, vetsPage } from "../views/site.js";

const PUBLIC_FILES = {
  "/styles.css": "text/css; charset=utf-8",
  "/components.css": "text/css; charset=utf-8",
  "/favicon.svg": "image/svg+xml",
};

/** Home, vets, the health endpoint and the files of public/, which are named one by one: no path reaches the disk. */
export function addSiteRoutes(router, store, { isStopping }) {
  router.get("/", ({ request, response }) => {
    send(request, response, 200, "text/html; charset=utf-8", homePage(store.counts()));
  });
  router.get("/vets", ({ request, response }) => {
    send(request, response, 200, "text/html; charset=utf-8", vetsPage(store.vets));
  });
  router.get("/healthz", ({ request, response }) => {
    const stopping = isStopping();
    const body = JSON.stringify({ status: stopping ? "stopping" : "ok" });
    send(request, response, stopping ? 503 : 200, "application/json", body);
  });
  for (const [path, contentType] of Object.entries(PUBLIC_FILES)) {
    const bytes = readFileSync(new URL(`../../public${path}`, import.meta.url));
    router.get(path, ({ request, response }) => {
      send(request, response, 200, contentType, bytes, { "Cache-Control": "public, max-age=300" });
    });
  }
}
