import { createHash } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { ociIndex } from "../../oci/manifestContent";
import { retries } from "../../oci/registryRetries";

export function sha256(content: Buffer | string): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

interface Upload {
  repository: string;
  parts: Buffer[];
}

/** A request as received. */
export interface Exchange {
  request: http.IncomingMessage;
  response: http.ServerResponse;
  /** Method, path and query: `GET /v2/app/manifests/1`. */
  line: string;
  url: URL;
}

/**
 * An in-memory registry that follows the distribution specification. It refuses content that does not match its digest,
 * and manifests whose parts are missing. Tests can intercept requests before it answers them.
 */
export class TestRegistry {
  host = "";
  /** Content by repository and digest. */
  readonly blobs = new Map<string, Buffer>();
  /** Manifests by repository and digest or tag. */
  readonly manifests = new Map<string, { body: Buffer; type: string }>();
  readonly uploads = new Map<string, Upload>();
  /** Whether it lists referrers itself. */
  listsReferrers = true;
  mounts = true;
  /** Whether tags are immutable, as they can be in ECR. */
  immutable = false;
  /** Each request so far, as `GET /v2/app/manifests/1`. */
  readonly requests: string[] = [];
  /** Answers a request in place of the registry if it returns true. */
  meet: (exchange: Exchange) => boolean | Promise<boolean> = () => false;
  private readonly server = http.createServer((request, response) => {
    this.answer(request, response).catch((error: unknown) => {
      if (!request.destroyed) response.destroy(error as Error);
    });
  });
  private uploadCount = 0;

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

  addBlob(repository: string, content: Buffer): string {
    this.blobs.set(`${repository} ${sha256(content)}`, content);
    return sha256(content);
  }

  /** Stores a manifest, unchecked, under its digest and a tag. */
  addManifest(repository: string, manifest: object | Buffer, type: string, tag?: string): string {
    const body = Buffer.isBuffer(manifest) ? manifest : Buffer.from(JSON.stringify(manifest));
    const digest = sha256(body);
    for (const reference of [digest, ...(tag === undefined ? [] : [tag])]) {
      this.manifests.set(`${repository} ${reference}`, { body, type });
    }
    return digest;
  }

  /** The digests of a repository's manifests and blobs. */
  contents(repository: string): string[] {
    return [...this.manifests.keys(), ...this.blobs.keys()]
      .filter((key) => key.startsWith(`${repository} sha256:`))
      .map((key) => key.slice(repository.length + 1))
      .sort();
  }

  tags(repository: string): Record<string, string> {
    const entries = [...this.manifests].filter(([key]) => key.startsWith(`${repository} `) && !key.includes(":"));
    return Object.fromEntries(
      entries.map(([key, { body }]) => [key.slice(repository.length + 1), sha256(body)]).sort(),
    );
  }

  /** The number of requests that match. */
  count(form: RegExp): number {
    return this.requests.filter((line) => form.test(line)).length;
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", `http://${this.host}`);
    const line = `${request.method} ${url.pathname}${url.search}`;
    this.requests.push(line);
    if (await this.meet({ request, response, line, url })) return;
    const [, repository = "", kind = "", rest = ""] =
      /^\/v2\/(.+?)\/(manifests|blobs|referrers)\/(.*)$/.exec(url.pathname) ?? [];
    if (kind === "manifests") await this.manifest(request, response, repository, rest);
    else if (kind === "blobs" && rest.startsWith("uploads/")) await this.upload(request, response, repository, url);
    else if (kind === "blobs") this.blob(request, response, repository, rest);
    else if (kind === "referrers" && this.listsReferrers) this.referrers(response, repository, rest);
    else refuse(response, 404, "UNSUPPORTED");
  }

  private async manifest(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    repository: string,
    reference: string,
  ): Promise<void> {
    if (request.method === "PUT") {
      const body = await read(request);
      this.put(response, repository, reference, body, request.headers["content-type"] ?? "");
      return;
    }
    const found = this.manifests.get(`${repository} ${reference}`);
    if (found === undefined) {
      refuse(response, 404, "MANIFEST_UNKNOWN", request.method === "HEAD");
      return;
    }
    response.writeHead(200, {
      "Content-Type": found.type,
      "Content-Length": found.body.length,
      "Docker-Content-Digest": sha256(found.body),
    });
    response.end(request.method === "HEAD" ? undefined : found.body);
  }

  private put(response: http.ServerResponse, repository: string, reference: string, body: Buffer, type: string): void {
    const manifest = JSON.parse(body.toString());
    const blobs = [manifest.config ?? [], manifest.layers ?? []].flat().filter(({ urls }) => urls === undefined);
    const missing =
      blobs.some(({ digest }) => !this.blobs.has(`${repository} ${digest}`)) ||
      (manifest.manifests ?? []).some(({ digest }: { digest: string }) => !this.has(repository, digest));
    if (missing) {
      refuse(response, 400, "MANIFEST_BLOB_UNKNOWN");
      return;
    }
    const digest = sha256(body);
    if (reference.includes(":") && reference !== digest) {
      refuse(response, 400, "MANIFEST_INVALID");
      return;
    }
    if (this.immutable && !reference.includes(":") && this.manifests.has(`${repository} ${reference}`)) {
      refuse(response, 400, "TAG_INVALID");
      return;
    }
    for (const each of [reference, digest]) this.manifests.set(`${repository} ${each}`, { body, type });
    response.writeHead(201, {
      "Docker-Content-Digest": digest,
      ...(this.listsReferrers && manifest.subject && { "OCI-Subject": manifest.subject.digest }),
    });
    response.end();
  }

  private has(repository: string, digest: string): boolean {
    return this.manifests.has(`${repository} ${digest}`) || this.blobs.has(`${repository} ${digest}`);
  }

  private blob(request: http.IncomingMessage, response: http.ServerResponse, repository: string, digest: string): void {
    const content = this.blobs.get(`${repository} ${digest}`);
    if (content === undefined) {
      refuse(response, 404, "BLOB_UNKNOWN", request.method === "HEAD");
      return;
    }
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, {
      "Content-Length": content.length - from,
      ...(from > 0 && { "Content-Range": `bytes ${from}-${content.length - 1}/${content.length}` }),
    });
    response.end(request.method === "HEAD" ? undefined : content.subarray(from));
  }

  private async upload(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    repository: string,
    url: URL,
  ): Promise<void> {
    const id = url.pathname.split("/").at(-1) ?? "";
    if (request.method === "POST") {
      const [mount, from] = [url.searchParams.get("mount"), url.searchParams.get("from")];
      const content = this.mounts ? this.blobs.get(`${from} ${mount}`) : undefined;
      if (content !== undefined) {
        this.addBlob(repository, content);
        response.writeHead(201, { Location: `/v2/${repository}/blobs/${mount}` }).end();
        return;
      }
      this.uploadCount += 1;
      this.uploads.set(String(this.uploadCount), { repository, parts: [] });
      this.progress(response, repository, String(this.uploadCount), 202);
      return;
    }
    const upload = this.uploads.get(id);
    if (upload === undefined) {
      refuse(response, 404, "BLOB_UPLOAD_UNKNOWN");
      return;
    }
    if (request.method === "GET") {
      this.progress(response, repository, id, 204);
      return;
    }
    if (request.method === "DELETE") {
      this.uploads.delete(id);
      response.writeHead(204).end();
      return;
    }
    const first = /^(\d+)-/.exec(request.headers["content-range"] ?? "")?.[1];
    const received = upload.parts.reduce((sum, part) => sum + part.length, 0);
    if (first !== undefined && Number(first) !== received) {
      refuse(response, 416, "RANGE_INVALID");
      return;
    }
    // Whatever arrived before a cut is kept.
    for await (const part of request) upload.parts.push(part as Buffer);
    if (request.method === "PATCH") {
      this.progress(response, repository, id, 202);
      return;
    }
    this.uploads.delete(id);
    const content = Buffer.concat(upload.parts);
    if (sha256(content) !== url.searchParams.get("digest")) {
      refuse(response, 400, "DIGEST_INVALID");
      return;
    }
    this.addBlob(repository, content);
    response.writeHead(201, { Location: `/v2/${repository}/blobs/${sha256(content)}` }).end();
  }

  private progress(response: http.ServerResponse, repository: string, id: string, status: number): void {
    const received = this.uploads.get(id)?.parts.reduce((sum, part) => sum + part.length, 0) ?? 0;
    const headers = { Location: `/v2/${repository}/blobs/uploads/${id}`, Range: `0-${Math.max(received - 1, 0)}` };
    response.writeHead(status, headers).end();
  }

  private referrers(response: http.ServerResponse, repository: string, subject: string): void {
    const manifests = [...this.manifests].flatMap(([key, { body, type }]) => {
      const manifest = JSON.parse(body.toString());
      if (!key.startsWith(`${repository} sha256:`) || manifest.subject?.digest !== subject) return [];
      const artifactType = manifest.artifactType ?? manifest.config?.mediaType;
      return [{ mediaType: type, digest: sha256(body), size: body.length, artifactType }];
    });
    response.writeHead(200, { "Content-Type": ociIndex });
    response.end(JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests }));
  }
}

export function refuse(response: http.ServerResponse, status: number, code: string, isHead = false): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(isHead ? undefined : JSON.stringify({ errors: [{ code, message: `refused: ${code}` }] }));
}

async function read(request: http.IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
