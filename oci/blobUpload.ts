import { BlobHash } from "./blobHash";
import { bodyOf, isPassing, type RegistryConnection, refusalOf } from "./registryConnection";
import { discard, RegistryRefusal, type RegistryResponse } from "./registryRequest";
import { noAnswer, retries, waitAfter } from "./registryRetries";

/** A blob, and how it is read from an offset on. */
export interface BlobSource {
  digest: string;
  size: number;
  read: (from: number) => AsyncIterable<Buffer>;
}

/**
 * Opens an upload, or mounts a blob that another repository of the registry has.
 *
 * @returns Where the upload goes on; undefined when the blob was mounted.
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

/** Gives an upload up. A registry that does not know it any more, or does not answer, forgets it by itself. */
export async function cancelUpload(connection: RegistryConnection, location: URL): Promise<void> {
  await connection.send(location, { method: "DELETE", scope: connection.pushScope() }).catch(() => {});
}

/**
 * Sends a blob as it is read. An upload that is cut goes on where the registry has it, or begins anew. The registry is told
 * to keep it only when its bytes are what the digest says.
 *
 * @param started An upload that is open already.
 * @returns Bytes that were sent: more than the blob's where some were sent twice.
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

/** A registry that does not take up an upload where it was cut. */
class Anew extends Error {}

/** One attempt. @returns Where the upload goes on, or why it does not. */
async function sendFrom(
  connection: RegistryConnection,
  location: URL,
  source: BlobSource,
  hash: BlobHash,
  from: number,
  sent: (bytes: number) => void,
): Promise<URL | RegistryRefusal | Error> {
  const { size } = source;
  // A body that was given up may still wait for a part: it must not be hashed among those of the next one.
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

/** Reads from where the hash has a state, and gives what comes from the offset on. */
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
  // Before the last byte would be known to be wrong, nothing says so to the registry: here it is.
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
    throw new RegistryRefusal(`it sends something else than ${digest}`);
  }
  const end = new URL(location);
  end.searchParams.set("digest", digest);
  const answer = await connection.send(end, {
    method: "PUT",
    headers: { "Content-Length": "0", "Content-Type": "application/octet-stream" },
    scope: connection.pushScope(),
  });
  // The answer to the first of two attempts may have been lost on the way.
  if (answer.status === 404 && (await hasBlob(connection, digest))) return;
  bodyOf(answer);
}

/** Whether the repository has a blob. */
export async function hasBlob(connection: RegistryConnection, digest: string): Promise<boolean> {
  const answer = await connection.send(`/v2/${connection.repository}/blobs/${digest}`, { method: "HEAD" });
  if (answer.status === 404) return false;
  bodyOf(answer);
  return true;
}

/** What a registry has of an upload; undefined when it does not say. */
async function stateOf(
  connection: RegistryConnection,
  location: URL,
): Promise<{ received: number; location: URL } | undefined> {
  const answer = await connection.send(location, { scope: connection.pushScope() }).catch((error: Error) => error);
  if (answer instanceof Error || answer.status !== 204) return undefined;
  const last = /^(?:bytes=)?0-(\d+)$/.exec(String(answer.headers["range"] ?? ""))?.[1];
  // `0-0` is one byte by the letter, and none by most registries: begin from the start, which suits both.
  if (last === undefined || last === "0") return undefined;
  return { received: Number(last) + 1, location: answer.headers.location ? locationIn(answer, location) : location };
}

async function opened(connection: RegistryConnection): Promise<URL> {
  // Without a mount there is always an address.
  return (await startUpload(connection)) as URL;
}

function locationIn({ headers, url }: Pick<RegistryResponse, "headers" | "url">, base: URL): URL {
  const { location } = headers;
  if (location === undefined || !URL.canParse(location, base.href)) {
    throw new RegistryRefusal(`${url.host} says no address for an upload`);
  }
  return new URL(location, base);
}
