import { createHash } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { retries } from "../../oci/registryRetries";

export const ociImage = "application/vnd.oci.image.manifest.v1+json";
export const dockerImage = "application/vnd.docker.distribution.manifest.v2+json";
export const ociIndex = "application/vnd.oci.image.index.v1+json";

export function digestOf(content: string): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** A read-only registry with the three ways of asking for a login. */
export class FakeRegistry {
  host = "";
  /** User name and password of the correct login. */
  login = "reader:top-secret";
  /** How it asks for a login. */
  authentication: "none" | "basic" | "bearer" = "none";
  /** Where bearer tokens come from. Undefined: the registry itself. */
  realm: string | undefined;
  /** If set, every request gets this status. */
  status: number | undefined;
  /** How it treats the next requests before it answers normally: a status, a cut connection or half an answer. */
  readonly passing: (number | "cut" | "half")[] = [];
  /** Path and authorization of each request so far. */
  readonly requests: string[] = [];
  private readonly contents = new Map<string, { type: string; body: string }>();
  private readonly server = http.createServer((request, response) => this.answer(request, response));

  /** Shortens the wait between retries, because tests make requests fail. */
  async start(): Promise<void> {
    retries.firstWait = 1;
    await new Promise<void>((resolve) => {
      this.server.listen(0, "127.0.0.1", resolve);
    });
    this.host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Stores a manifest under its digest and a tag; returns the digest. */
  addManifest(repository: string, tag: string, manifest: object, type = ociImage): string {
    const body = JSON.stringify(manifest);
    for (const reference of [tag, digestOf(body)]) {
      this.contents.set(`/v2/${repository}/manifests/${reference}`, { type, body });
    }
    return digestOf(body);
  }

  /** Stores an image for one platform; returns its digest. */
  addImage(repository: string, tag: string, config: object, type = ociImage): string {
    const body = JSON.stringify(config);
    this.contents.set(`/v2/${repository}/blobs/${digestOf(body)}`, { type: "application/octet-stream", body });
    const manifest = { schemaVersion: 2, mediaType: type, config: { digest: digestOf(body) }, layers: [] };
    return this.addManifest(repository, tag, manifest, type);
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const url = new URL(request.url ?? "/", `http://${this.host}`);
    const { authorization = "" } = request.headers;
    this.requests.push(`${url.pathname}${url.search} ${authorization}`.trim());
    const passing = this.passing.shift();
    if (passing !== undefined) {
      if (passing === "cut") request.socket.destroy();
      else if (passing === "half") {
        response.writeHead(200, { "Content-Length": 100 }).write("half", () => response.destroy());
      } else response.writeHead(passing, { "Retry-After": "0" }).end();
      return;
    }
    const login = `Basic ${Buffer.from(this.login).toString("base64")}`;
    if (url.pathname === "/token") {
      const body =
        authorization === "" || authorization === login ? { token: authorization ? "full" : "anonymous" } : {};
      response.writeHead("token" in body ? 200 : 401).end(JSON.stringify(body));
      return;
    }
    const wanted = { none: authorization, basic: login, bearer: "Bearer full" }[this.authentication];
    if (authorization !== wanted) {
      const realm = this.realm ?? `http://${this.host}/token`;
      const challenge =
        this.authentication === "basic" ? 'Basic realm="test"' : `Bearer realm="${realm}",service="registry"`;
      response.writeHead(401, { "WWW-Authenticate": challenge });
      response.end(JSON.stringify({ errors: [{ code: "UNAUTHORIZED", message: "authentication required" }] }));
      return;
    }
    const content = this.contents.get(url.pathname);
    if (content === undefined || this.status !== undefined) {
      response
        .writeHead(this.status ?? 404)
        .end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
      return;
    }
    response.writeHead(200, { "Content-Type": content.type, "Docker-Content-Digest": digestOf(content.body) });
    response.end(content.body);
  }
}
