import * as fs from "node:fs/promises";
import * as http from "node:http";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { socketAddress } from "../../system/sockets";
import type { GatewayConfig } from "../config";
import type { RepositoryRecord } from "../state/records";
import { manifestFolder, namespacePrefix, repositoryFolder } from "./distributionFiles";
import { manifestMediaTypes } from "./manifest";

/** A repository's namespace in Distribution. */
export function namespaceOf(repository: RepositoryRecord): string {
  return `${namespacePrefix}/${repository.id}`;
}

/** A failed response from Distribution, with its own message. */
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

/** Milliseconds before each retry; writing a link takes less than one. */
const retryPauses = [10, 50, 200];

/** No error of the registry protocol is longer. */
const errorBodyLimit = 64 * 1024;

/** The gateway's requests to CNCF Distribution, which stores manifests and blobs by digest and knows no tags. */
export class DistributionClient {
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 128 });
  private readonly socketPath: string;
  /** Called after a deletion: some layers may no longer be referenced. */
  onGarbage: () => void = () => {};

  constructor(private readonly config: GatewayConfig) {
    this.socketPath = socketAddress(config.distributionSocket);
  }

  close(): void {
    this.agent.destroy();
  }

  /**
   * Sends one request. The caller reads the response body.
   *
   * Distribution writes the file that links a blob to a repository in place: a request during another push of the same
   * blob may read an empty link, which fails with status 500. Requests that can be repeated are retried.
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
   * Appends a stream to an upload session. When the stream breaks off, the request is still completed, so that the
   * session stays usable with the bytes received: otherwise Distribution would keep them without reporting them.
   *
   * @param location Path and query of the session.
   * @returns Distribution's response, whose body the caller reads, and the number of bytes sent.
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
        // The stream broke off earlier and emits no more events; without an end, the request would hold its connection
        // forever.
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
   * Stores a manifest under its digest. Throws DistributionError when a blob or manifest it references is missing.
   *
   * While another push of the same image is writing a blob's link, Distribution reports the blob as missing. If the
   * blobs exist when checked separately, the request is retried.
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

  /** Whether the list is not empty and the repository has every blob in it. */
  private async hasAll(repository: RepositoryRecord, digests: readonly string[]): Promise<boolean> {
    const sizes = await Promise.all(digests.map((digest) => this.blobSize(repository, digest)));
    return sizes.length > 0 && sizes.every((size) => size !== undefined);
  }

  /**
   * Removes a manifest; it is not an error if it is already gone. With local storage only its link is removed:
   * Distribution does no more, caches nothing in memory, and takes a hundred times as long.
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

  /** Mounts a blob from another repository. Throws when that repository does not have it. */
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

  /** Removes what is left of a deleted repository when Distribution's storage is on this machine. */
  async removeRepository(id: string): Promise<void> {
    if (this.config.distributionStorage !== undefined) {
      await fs.rm(repositoryFolder(this.config.distributionStorage, id), { recursive: true, force: true });
      this.onGarbage();
    }
  }

  /** Whether Distribution responds. */
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

/** Blobs in a manifest that Distribution did not find. */
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

/** The failure in a response with status 400 or higher. */
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
