import { isPassing, type RegistryConnection, refusalOf } from "./registryConnection";
import { discard, type OpenResponse, RegistryRefusal } from "./registryRequest";
import { noAnswer, retries, waitAfter } from "./registryRetries";

/** Bytes after which a download that was cut counts as one that goes on. */
const progress = 1 << 20;

/**
 * The bytes of a blob from an offset on, as they come. A download that is cut goes on where it was, by Range. Whether they
 * are what the digest says is for the reader to check.
 *
 * @param size What the manifest says; never more is read.
 * @throws RegistryRefusal when the registry refuses, sends more, or cuts it again and again.
 */
export async function* readBlob(
  connection: RegistryConnection,
  { digest, size }: { digest: string; size: number },
  from = 0,
): AsyncGenerator<Buffer> {
  let offset = from;
  let mark = from;
  for (let attempt = 1; offset < size; attempt++) {
    let failure: Error | undefined;
    try {
      for await (const part of await partsFrom(connection, digest, offset)) {
        offset += part.length;
        if (offset > size) throw tooLong(digest, size);
        yield part;
      }
      if (offset < size) failure = new Error(`it ends after ${offset} of ${size} bytes`);
    } catch (error) {
      if (error instanceof RegistryRefusal) throw error;
      failure = error as Error;
    }
    if (failure === undefined) return;
    if (offset - mark >= progress) {
      mark = offset;
      attempt = 1;
    }
    if (attempt >= retries.attempts) throw noAnswer(connection.base.host, attempt, failure);
    await waitAfter(failure, attempt);
  }
}

async function partsFrom(
  connection: RegistryConnection,
  digest: string,
  offset: number,
): Promise<AsyncIterable<Buffer>> {
  const answer = await connection.stream(`/v2/${connection.repository}/blobs/${digest}`, {
    headers: { Accept: "*/*", ...(offset > 0 && { Range: `bytes=${offset}-` }) },
  });
  if ("refused" in answer) {
    const refusal = refusalOf(answer.refused);
    throw isPassing(answer) ? new Error(refusal.message) : refusal;
  }
  const { open } = answer;
  if (offset === 0) return open.body;
  if (open.status !== 206) return skip(open, offset);
  const [, first] = /^bytes (\d+)-/.exec(open.headers["content-range"] ?? "") ?? [];
  if (Number(first) === offset) return open.body;
  discard(open.body);
  throw new RegistryRefusal(`${open.url.host} sends another part of ${digest} than the one asked for`);
}

/** For servers that know no ranges and send all of it again. */
async function* skip({ body }: OpenResponse, bytes: number): AsyncGenerator<Buffer> {
  let rest = bytes;
  for await (const part of body as AsyncIterable<Buffer>) {
    const skipped = Math.min(rest, part.length);
    rest -= skipped;
    if (skipped < part.length) yield part.subarray(skipped);
  }
}

function tooLong(digest: string, size: number): RegistryRefusal {
  return new RegistryRefusal(`it sends more than the ${size.toLocaleString("en")} bytes of ${digest}`);
}
