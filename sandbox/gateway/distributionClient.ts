import * as fs from "node:fs/promises";
import * as http from "node:http";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { socketAddress } from "../system/sockets";
import type { GatewayConfig } from "./config";
import { manifestFolder, namespacePrefix, repositoryFolder } from "./distributionFiles";
import { manifestMediaTypes } from "./manifest";
import type { RepositoryRecord } from "./state/records";

/** The namespace of a repository inside Distribution. */
export function namespaceOf(repository: RepositoryRecord): string {
  return `${namespacePrefix}/${repository.id}`;
}

/** Distribution's answer to a request that went wrong, in its own words. */
export interface DistributionFailure {
  status: number;
  errors: { code: string; message: string; detail?: unknown }[];
}

export class DistributionError extends Error {
  constructor(readonly failure: DistributionFailure) {
    super(failure.errors.map((error) => `${error.code}: ${error.message}`).join("; ") || `status ${failure.status}`);
    this.name = "DistributionError";
  }
}

/** Milliseconds before each further try; a link is written in less than one. */
const retryPauses = [10, 50, 200];

/** Errors of the registry protocol hold nothing that is longer. */
const errorBodyLimit = 64 * 1024;

/** The gateway's requests to CNCF Distribution, which keeps manifests and blobs by digest and knows no tags. */
export class DistributionClient {
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 128 });
  private readonly socketPath: string;
  /** Called when something was deleted: its layers may be nobody's now. */
  onGarbage: () => void = () => {};

  constructor(private readonly config: GatewayConfig) {
    this.socketPath = socketAddress(config.distributionSocket);
  }

  close(): void {
    this.agent.destroy();
  }

  /**
   * One request. The answer's body is the caller's to read.
   *
   * Distribution writes the files that link a blob to a repository in place: who asks for a blob while somebody else
   * pushes the same one may read an empty link, which it answers with status 500. What can be sent again is.
   */
  async request(
    method: string,
    pathAndQuery: string,
    headers: http.OutgoingHttpHeaders,
    body?: Buffer,
  ): Promise<http.IncomingMessage> {
    const canRepeat = !["POST", "PATCH"].includes(method);
    for (const pause of canRepeat ? retryPauses : []) {
      const response = await this.send(method, pathAndQuery, headers, body);
      if (response.statusCode !== 500) return response;
      response.resume();
      await sleep(pause);
    }
    return this.send(method, pathAndQuery, headers, body);
  }

  private send(
    method: string,
    pathAndQuery: string,
    headers: http.OutgoingHttpHeaders,
    body?: Buffer,
  ): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = http.request(
        { socketPath: this.socketPath, method, path: pathAndQuery, headers, agent: this.agent },
        resolve,
      );
      request.on("error", reject);
      request.end(body);
    });
  }

  /**
   * Adds a stream to an upload session. A stream that breaks off ends the request in order, so that the session stays
   * usable with the bytes that came: ended otherwise, Distribution would have them and not say so.
   *
   * @param location Path and query of the session.
   * @returns Distribution's answer, whose body is the caller's to read, and how many bytes it was sent.
   */
  appendToUpload(location: string, body: Readable): Promise<{ answer: http.IncomingMessage; bytes: number }> {
    return new Promise((resolve, reject) => {
      let bytes = 0;
      const request = http.request(
        {
          socketPath: this.socketPath,
          method: "PATCH",
          path: location,
          headers: { "Content-Type": "application/octet-stream", "Transfer-Encoding": "chunked" },
          agent: this.agent,
        },
        (answer) => resolve({ answer, bytes }),
      );
      request.on("error", reject);
      if (body.destroyed) {
        // It broke off before: no event will say so any more, and a request without an end would hold its connection for good.
        request.end();
        return;
      }
      body.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      body.once("error", () => request.end());
      body.once("close", () => request.end());
      body.pipe(request);
    });
  }

  /** A manifest's exact bytes; `undefined` when Distribution does not have it. */
  async manifest(repository: RepositoryRecord, digest: string): Promise<Buffer | undefined> {
    const path = `/v2/${namespaceOf(repository)}/manifests/${digest}`;
    const response = await this.request("GET", path, { Accept: manifestMediaTypes.join(", ") });
    if (response.statusCode === 404) {
      response.resume();
      return undefined;
    }
    await refuseFailure(response);
    return readAll(response);
  }

  /**
   * Stores a manifest under its digest. Throws DistributionError when a blob or a manifest that it names is missing.
   *
   * A blob whose link another push of the same image is just writing counts as missing for Distribution; one that is
   * there when it is asked for by itself is tried again.
   */
  async putManifest(repository: RepositoryRecord, digest: string, mediaType: string, body: Buffer): Promise<void> {
    const path = `/v2/${namespaceOf(repository)}/manifests/${digest}`;
    const headers = { "Content-Type": mediaType, "Content-Length": body.length };
    const put = async () => {
      const response = await this.request("PUT", path, headers, body);
      await refuseFailure(response);
      response.resume();
    };
    for (const pause of retryPauses) {
      try {
        return await put();
      } catch (error) {
        if (!(error instanceof DistributionError) || !(await this.hasAll(repository, missingBlobs(error.failure)))) {
          throw error;
        }
        await sleep(pause);
      }
    }
    return put();
  }

  /** Whether there are such blobs, and the repository has all of them. */
  private async hasAll(repository: RepositoryRecord, digests: readonly string[]): Promise<boolean> {
    const sizes = await Promise.all(digests.map((digest) => this.blobSize(repository, digest)));
    return sizes.length > 0 && sizes.every((size) => size !== undefined);
  }

  /**
   * Removes a manifest; one that is already gone is no error. On this machine its link goes: Distribution, which keeps
   * nothing in memory, does no more, and takes a hundred times as long.
   */
  async deleteManifest(repository: RepositoryRecord, digest: string): Promise<void> {
    const { distributionStorage } = this.config;
    if (distributionStorage !== undefined) {
      await fs.rm(manifestFolder(distributionStorage, repository.id, digest), { recursive: true, force: true });
      this.onGarbage();
      return;
    }
    const response = await this.request("DELETE", `/v2/${namespaceOf(repository)}/manifests/${digest}`, {});
    if (response.statusCode !== 404) {
      await refuseFailure(response);
    }
    response.resume();
    this.onGarbage();
  }

  /** Gives a repository a blob of another one. Throws when that one does not have it. */
  async mountBlob(repository: RepositoryRecord, source: RepositoryRecord, digest: string): Promise<void> {
    const query = new URLSearchParams({ mount: digest, from: namespaceOf(source) });
    const path = `/v2/${namespaceOf(repository)}/blobs/uploads/?${query}`;
    const response = await this.request("POST", path, { "Content-Length": 0 });
    await refuseFailure(response);
    response.resume();
    if (response.statusCode !== 201) {
      throw new Error(`the blob ${digest} of ${source.name} is gone`);
    }
  }

  /** A blob's size in bytes; `undefined` when the repository does not have it. */
  async blobSize(repository: RepositoryRecord, digest: string): Promise<number | undefined> {
    const response = await this.request("HEAD", `/v2/${namespaceOf(repository)}/blobs/${digest}`, {});
    response.resume();
    return response.statusCode === 200 ? Number(response.headers["content-length"]) : undefined;
  }

  /** Removes what is left of a deleted repository, when Distribution's storage is on this machine. */
  async removeRepository(id: string): Promise<void> {
    if (this.config.distributionStorage !== undefined) {
      await fs.rm(repositoryFolder(this.config.distributionStorage, id), { recursive: true, force: true });
      this.onGarbage();
    }
  }

  /** Whether Distribution answers. */
  async isUp(): Promise<boolean> {
    try {
      const response = await this.request("GET", "/v2/", {});
      response.resume();
      return response.statusCode === 200;
    } catch {
      return false;
    }
  }
}

export async function readAll(stream: AsyncIterable<Buffer>, limit = Number.MAX_SAFE_INTEGER): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > limit) {
      throw new RangeError(`longer than ${limit} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The blobs that a manifest names and Distribution did not find. */
export function missingBlobs({ errors }: DistributionFailure): string[] {
  return errors
    .filter(({ code }) => code === "MANIFEST_BLOB_UNKNOWN" || code === "BLOB_UNKNOWN")
    .map(({ detail }) => digestIn(detail));
}

function digestIn(detail: unknown): string {
  if (typeof detail === "object" && detail !== null) {
    const found = Object.entries(detail).find(([key]) => key.toLowerCase() === "digest");
    if (found) {
      return String(found[1]);
    }
  }
  return String(detail);
}

/** The failure that an answer of status 400 or more describes. */
export async function readFailure(response: http.IncomingMessage): Promise<DistributionFailure> {
  const status = response.statusCode ?? 500;
  try {
    const body = JSON.parse((await readAll(response, errorBodyLimit)).toString("utf8")) as Partial<DistributionFailure>;
    return { status, errors: body.errors ?? [] };
  } catch {
    return { status, errors: [] };
  }
}

async function refuseFailure(response: http.IncomingMessage): Promise<void> {
  if ((response.statusCode ?? 500) >= 400) {
    throw new DistributionError(await readFailure(response));
  }
}
