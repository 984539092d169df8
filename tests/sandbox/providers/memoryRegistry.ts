import { createHash } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** An in-memory registry with Basic authentication, sufficient for a Docker daemon. */
export class MemoryRegistry {
  readonly manifests = new Map<string, { digest: string; type: string; body: Buffer }>();
  /** Number of requests rejected because the login was missing or wrong. */
  refused = 0;
  private readonly blobs = new Map<string, Buffer>();
  private readonly uploads = new Map<string, Buffer[]>();
  private readonly server = http.createServer((request, response) => {
    this.answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });

  constructor(
    private readonly username: string,
    private readonly password: string,
  ) {}

  async start(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.server.listen(0, "127.0.0.1", resolve);
    });
    return `localhost:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const expected = `Basic ${Buffer.from(`${this.username}:${this.password}`).toString("base64")}`;
    if (request.headers.authorization !== expected) {
      this.refused++;
      response.writeHead(401, { "WWW-Authenticate": 'Basic realm="test"', "Content-Type": "application/json" });
      // Without a detail Docker 20.10 does not recognize the error and retries for 50 seconds.
      const detail = [{ Type: "repository" }];
      response.end(JSON.stringify({ errors: [{ code: "UNAUTHORIZED", message: "authentication required", detail }] }));
      return;
    }
    const body = await readAll(request);
    const path = url.pathname;
    const upload = /^\/v2\/(.+)\/blobs\/uploads\/(.*)$/.exec(path);
    const blob = /^\/v2\/.+\/blobs\/(sha256:[a-f0-9]+)$/.exec(path);
    const manifest = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(path);
    if (upload) return this.answerUpload(request, response, upload[1] ?? "", upload[2] ?? "", body, url);
    if (blob) {
      const content = this.blobs.get(blob[1] ?? "");
      if (!content) return void response.writeHead(404).end();
      response.writeHead(200, { "Content-Length": content.length, "Docker-Content-Digest": blob[1] });
      return void response.end(request.method === "HEAD" ? undefined : content);
    }
    if (manifest) return this.answerManifest(request, response, manifest[1] ?? "", manifest[2] ?? "", body);
    response.writeHead(200, { "Docker-Distribution-Api-Version": "registry/2.0" }).end("{}");
  }

  private answerUpload(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    repository: string,
    id: string,
    body: Buffer,
    url: URL,
  ): void {
    const upload = id === "" ? `u${this.uploads.size}` : id;
    const chunks = this.uploads.get(upload) ?? [];
    chunks.push(body);
    this.uploads.set(upload, chunks);
    const location = `/v2/${repository}/blobs/uploads/${upload}`;
    if (request.method !== "PUT") {
      const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      const range = `0-${Math.max(0, length - 1)}`;
      response.writeHead(202, { Location: location, Range: range, "Docker-Upload-UUID": upload }).end();
      return;
    }
    const content = Buffer.concat(chunks);
    const digest = digestOf(content);
    if (digest !== url.searchParams.get("digest")) return void response.writeHead(400).end();
    this.blobs.set(digest, content);
    response.writeHead(201, { Location: `/v2/${repository}/blobs/${digest}`, "Docker-Content-Digest": digest }).end();
  }

  private answerManifest(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    repository: string,
    reference: string,
    body: Buffer,
  ): void {
    if (request.method === "PUT") {
      const digest = digestOf(body);
      const stored = { digest, type: String(request.headers["content-type"]), body };
      this.manifests.set(`${repository}:${reference}`, stored);
      this.manifests.set(`${repository}@${digest}`, stored);
      return void response.writeHead(201, { "Docker-Content-Digest": digest, Location: request.url }).end();
    }
    const separator = reference.startsWith("sha256:") ? "@" : ":";
    const found = this.manifests.get(repository + separator + reference);
    if (!found) return void response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
    response.writeHead(200, {
      "Content-Type": found.type,
      "Content-Length": found.body.length,
      "Docker-Content-Digest": found.digest,
    });
    response.end(request.method === "HEAD" ? undefined : found.body);
  }
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

async function readAll(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
