import { isPassing, type RegistryConnection, refusalOf } from "./registryConnection";
import { discard, type OpenResponse, RegistryRefusal } from "./registryRequest";
import { noAnswer, retries, waitAfter } from "./registryRetries";

/** A download interrupted after this many bytes made progress, and its retry counter is reset. */
const progress = 1 << 20;

/**
 * Streams a blob from an offset. An interrupted download resumes with a Range request. The caller verifies the digest.
 *
 * @param size From the manifest; no more than this is read.
 * @throws RegistryRefusal when the registry refuses, sends too many bytes, or the retries are used up.
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
  throw new RegistryRefusal(`${open.url.host} sent a different part of ${digest} than requested`);
}

/** For servers that ignore Range and send the whole blob again. */
async function* skip({ body }: OpenResponse, bytes: number): AsyncGenerator<Buffer> {
  let rest = bytes;
  for await (const part of body as AsyncIterable<Buffer>) {
    const skipped = Math.min(rest, part.length);
    rest -= skipped;
    if (skipped < part.length) yield part.subarray(skipped);
  }
}

function tooLong(digest: string, size: number): RegistryRefusal {
  return new RegistryRefusal(`it sent more than the ${size.toLocaleString("en")} bytes of ${digest}`);
}
