import { BlobHash } from "./blobHash";
import { bodyOf, isPassing, type RegistryConnection, refusalOf } from "./registryConnection";
import { discard, RegistryRefusal, type RegistryResponse } from "./registryRequest";
import { noAnswer, retries, waitAfter } from "./registryRetries";

/** A blob and how to read it from an offset. */
export interface BlobSource {
  digest: string;
  size: number;
  read: (from: number) => AsyncIterable<Buffer>;
}

/**
 * Starts an upload, or mounts a blob that another repository of the registry has.
 *
 * @returns The upload's URL; undefined when the blob was mounted.
 */
export async function startUpload(
  connection: RegistryConnection,
  mount?: { digest: string; from: string },
): Promise<URL | undefined> {
  const query = mount === undefined ? "" : `?${new URLSearchParams({ mount: mount.digest, from: mount.from })}`;
  const answer = await connection.send(`/v2/${connection.repository}/blobs/uploads/${query}`, {
    method: "POST",
    headers: { "Content-Length": "0" },
    scope: connection.pushScope(mount?.from),
  });
  bodyOf(answer);
  return mount !== undefined && answer.status === 201 ? undefined : locationIn(answer, connection.base);
}

/** Cancels an upload. Errors are ignored: the registry expires abandoned uploads by itself. */
export async function cancelUpload(connection: RegistryConnection, location: URL): Promise<void> {
  await connection.send(location, { method: "DELETE", scope: connection.pushScope() }).catch(() => {});
}

/**
 * Uploads a blob while it is being read. An interrupted upload resumes at the registry's offset or starts over. The
 * upload is completed only when the bytes match the digest.
 *
 * @param started An upload that is already open.
 * @returns Bytes sent, including those sent more than once.
 */
export async function uploadBlob(
  connection: RegistryConnection,
  source: BlobSource,
  started?: URL,
): Promise<{ bytesSent: number }> {
  const hash = new BlobHash(source.digest);
  let location = started ?? (await opened(connection));
  let bytesSent = 0;
  let from = 0;
  for (let attempt = 1; ; attempt++) {
    const before = from;
    const outcome = await sendFrom(connection, location, source, hash, from, (bytes) => {
      bytesSent += bytes;
    });
    if (outcome instanceof URL) {
      await complete(connection, outcome, source, hash);
      return { bytesSent };
    }
    if (outcome instanceof RegistryRefusal) throw outcome;
    if (attempt >= retries.attempts) throw noAnswer(connection.base.host, attempt, outcome);
    await waitAfter(outcome, attempt);
    const state = outcome instanceof Anew ? undefined : await stateOf(connection, location);
    location = state?.location ?? (await opened(connection));
    from = Math.min(state?.received ?? 0, hash.offset);
    if (from > before) attempt = 1;
  }
}

/** The registry cannot resume the upload where it was interrupted. */
class Anew extends Error {}

/** One attempt. @returns The URL to continue the upload at, or why the attempt failed. */
async function sendFrom(
  connection: RegistryConnection,
  location: URL,
  source: BlobSource,
  hash: BlobHash,
  from: number,
  sent: (bytes: number) => void,
): Promise<URL | RegistryRefusal | Error> {
  const { size } = source;
  // An abandoned body may still be waiting for data: what it reads must not go into the hash of the next one.
  let bodies = 0;
  const body = () => {
    const number = ++bodies;
    return partsOf(source, hash, from, sent, () => number === bodies);
  };
  try {
    const answer = await connection.stream(location, {
      method: "PATCH",
      headers: {
        "Content-Type": "application/octet-stream",
        "Content-Length": String(size - from),
        ...(from > 0 && { "Content-Range": `${from}-${size - 1}` }),
      },
      body,
      scope: connection.pushScope(),
    });
    if ("refused" in answer) {
      const refusal = refusalOf(answer.refused);
      if (isPassing(answer)) return new Error(refusal.message);
      return from > 0 || refusal.status === 404 ? new Anew(refusal.message) : refusal;
    }
    discard(answer.open.body);
    if (hash.offset !== size) return new Error(`the answer came after ${hash.offset} of ${size} bytes`);
    return locationIn(answer.open, location);
  } catch (error) {
    return error as Error;
  } finally {
    bodies++;
  }
}

/** Reads from the nearest saved hash state and yields the bytes from the offset on. */
async function* partsOf(
  { read, digest, size }: BlobSource,
  hash: BlobHash,
  from: number,
  sent: (bytes: number) => void,
  isWanted: () => boolean,
): AsyncGenerator<Buffer> {
  for await (const part of read(hash.rewind(from))) {
    if (!isWanted()) return;
    const skipped = Math.max(0, from - hash.offset);
    hash.update(part);
    if (skipped >= part.length) continue;
    const rest = skipped === 0 ? part : part.subarray(skipped);
    sent(rest.length);
    yield rest;
  }
  // A blob that ends early must fail here: nothing tells the registry until the last byte is sent.
  if (hash.offset !== size) throw new RegistryRefusal(`${digest} ends after ${hash.offset} of ${size} bytes`);
}

async function complete(
  connection: RegistryConnection,
  location: URL,
  { digest }: BlobSource,
  hash: BlobHash,
): Promise<void> {
  if (!hash.isRight()) {
    await cancelUpload(connection, location);
    throw new RegistryRefusal(`it sent other content than ${digest}`);
  }
  const end = new URL(location);
  end.searchParams.set("digest", digest);
  const answer = await connection.send(end, {
    method: "PUT",
    headers: { "Content-Length": "0", "Content-Type": "application/octet-stream" },
    scope: connection.pushScope(),
  });
  // The first attempt may have succeeded with its response lost.
  if (answer.status === 404 && (await hasBlob(connection, digest))) return;
  bodyOf(answer);
}

export async function hasBlob(connection: RegistryConnection, digest: string): Promise<boolean> {
  const answer = await connection.send(`/v2/${connection.repository}/blobs/${digest}`, { method: "HEAD" });
  if (answer.status === 404) return false;
  bodyOf(answer);
  return true;
}

/** How much of an upload the registry has received; undefined when it does not say. */
async function stateOf(
  connection: RegistryConnection,
  location: URL,
): Promise<{ received: number; location: URL } | undefined> {
  const answer = await connection.send(location, { scope: connection.pushScope() }).catch((error: Error) => error);
  if (answer instanceof Error || answer.status !== 204) return undefined;
  const last = /^(?:bytes=)?0-(\d+)$/.exec(String(answer.headers["range"] ?? ""))?.[1];
  // By the specification `0-0` means one byte, but most registries mean none. Starting over is right for both.
  if (last === undefined || last === "0") return undefined;
  return { received: Number(last) + 1, location: answer.headers.location ? locationIn(answer, location) : location };
}

async function opened(connection: RegistryConnection): Promise<URL> {
  // Without a mount there is always an upload URL.
  return (await startUpload(connection)) as URL;
}

function locationIn({ headers, url }: Pick<RegistryResponse, "headers" | "url">, base: URL): URL {
  const { location } = headers;
  if (location === undefined || !URL.canParse(location, base.href)) {
    throw new RegistryRefusal(`${url.host} returned no address for the upload`);
  }
  return new URL(location, base);
}
