import type { IncomingMessage } from "node:http";
import { deviates } from "../deviations";
import { accountSetting } from "../state/accountSettings";
import type { RepositoryRecord } from "../state/records";
import { namespaceOf } from "../storage/distributionClient";
import { emptyUploadMessage, leastPartSize, smallPartMessage } from "../storage/layerParts";
import type { UploadSession } from "../storage/uploadSessions";
import { checkedDigest } from "./blobs";
import { distributionRefusal } from "./proxy";
import { RegistryError, unsupported } from "./registryError";
import type { RepositoryRequest } from "./repositoryRequest";

/**
 * `POST …/blobs/uploads/`: starts an upload session, accepts a whole blob (`digest`), or mounts one from another
 * repository of the same registry (`mount` and `from`) that the caller may read.
 *
 * @param findRepository Finds a repository of this registry by name, if the caller may read it.
 */
export async function handleStartUpload(
  at: RepositoryRequest,
  findRepository: (fullName: string) => Promise<RepositoryRecord | undefined>,
): Promise<void> {
  if (at.request.method !== "POST") {
    throw unsupported(`${at.request.method} of upload sessions`);
  }
  const digest = at.query.get("digest");
  const mount = at.query.get("mount");
  const from = at.query.get("from");
  const source = digest === null && mount !== null && from !== null ? await findRepository(from) : undefined;
  if (mount !== null && source && mounts(at, source, checkedDigest(mount))) {
    const query = new URLSearchParams({ mount, from: namespaceOf(source) });
    const answer = await toDistribution(at, "POST", `/v2/${namespaceOf(at.repository)}/blobs/uploads/?${query}`);
    answer.resume();
    if (answer.statusCode === 201) {
      sendCreated(at, mount);
      return;
    }
  }
  // Without a readable source this starts an ordinary session, as the specification requires.
  if (digest !== null) checkedDigest(digest);
  const { id, session } = await openSession(at);
  if (digest === null) {
    sendProgress(at, id, session, 202);
    return;
  }
  await exclusively(at, id, async () => {
    const whole = await append(at, id, session);
    if (whole !== undefined) await commit(at, id, whole, digest);
  });
}

/** `GET`, `PATCH`, `PUT` and `DELETE` of an upload session. */
export async function handleUpload(at: RepositoryRequest, id: string): Promise<void> {
  switch (at.request.method) {
    case "GET":
      return sendProgress(at, id, await existingSession(at, id), 204);
    case "PATCH":
      return exclusively(at, id, () => takeChunk(at, id));
    case "PUT":
      return exclusively(at, id, () => finish(at, id));
    case "DELETE":
      return exclusively(at, id, () => cancel(at, id));
    default:
      throw unsupported(`${at.request.method} of an upload session`);
  }
}

/** Two requests for one session would overwrite each other. */
function exclusively(at: RepositoryRequest, id: string, work: () => Promise<void>): Promise<void> {
  return at.context.repositoryLocks.run(`upload ${id}`, work);
}

async function takeChunk(at: RepositoryRequest, id: string): Promise<void> {
  const session = await existingSession(at, id);
  refuseRange(at, id, session);
  const next = await append(at, id, session);
  if (next !== undefined) {
    sendProgress(at, id, next, deviates(at.context, "chunkCreated") ? 201 : 202);
  }
}

async function finish(at: RepositoryRequest, id: string): Promise<void> {
  const digest = checkedDigest(at.query.get("digest") ?? "");
  const session = await existingSession(at, id);
  const { headers } = at.request;
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  if (hasBody) refuseRange(at, id, session);
  const whole = hasBody ? await append(at, id, session) : session;
  if (whole !== undefined) await commit(at, id, whole, digest);
}

async function cancel(at: RepositoryRequest, id: string): Promise<void> {
  const session = await existingSession(at, id);
  at.context.uploads.remove(id);
  (await toDistribution(at, "DELETE", session.location)).resume();
  at.response.writeHead(204).end();
}

async function openSession(at: RepositoryRequest): Promise<{ id: string; session: UploadSession }> {
  const answer = await toDistribution(at, "POST", `/v2/${namespaceOf(at.repository)}/blobs/uploads/`);
  const location = await nextLocation(at, answer);
  const id = /\/blobs\/uploads\/([^/?]+)/.exec(location)?.[1] ?? "";
  return { id, session: storeSession(at, id, initialProgress(location, 0)) };
}

/** The state of a session; after a restart, what Distribution reports for the client's URL. */
async function existingSession(at: RepositoryRequest, id: string): Promise<UploadSession> {
  const known = at.context.uploads.get(id, at.repository);
  if (known) return known;
  const query = new URLSearchParams(at.query);
  query.delete("digest");
  const location = `/v2/${namespaceOf(at.repository)}/blobs/uploads/${id}?${query}`;
  const answer = await toDistribution(at, "GET", location);
  answer.resume();
  if (answer.statusCode !== 204) {
    throw new RegistryError(404, "BLOB_UPLOAD_UNKNOWN", `There is no upload ${id}. Start it again.`);
  }
  const last = Number(/^0-(\d+)$/.exec(answer.headers.range ?? "")?.[1] ?? 0);
  return storeSession(at, id, initialProgress(location, last === 0 ? 0 : last + 1));
}

/** Rejects a chunk that does not start where the last one ended, or whose range and length disagree. */
function refuseRange(at: RepositoryRequest, id: string, session: UploadSession): void {
  const range = at.request.headers["content-range"];
  if (range === undefined) return;
  const [, first, last] = /^(?:bytes[ =])?(\d+)-(\d+)(?:\/(?:\d+|\*))?$/.exec(range) ?? [];
  if (first === undefined || Number(first) !== session.received || Number(last) < Number(first)) {
    throw new RegistryError(
      416,
      "RANGE_INVALID",
      `Content-Range ${range} does not follow the ${session.received} bytes received so far.`,
      { headers: progressHeaders(at, id, session) },
    );
  }
  const length = at.request.headers["content-length"];
  if (length !== undefined && Number(length) !== Number(last) - Number(first) + 1) {
    throw new RegistryError(400, "SIZE_INVALID", `Content-Range ${range} and Content-Length ${length} disagree.`);
  }
}

/**
 * Appends the request's body to the session. When the client disconnects, the bytes received so far are kept so that it
 * can resume.
 *
 * @returns The updated session; `undefined` when the client is gone.
 */
async function append(at: RepositoryRequest, id: string, session: UploadSession): Promise<UploadSession | undefined> {
  const { context, request } = at;
  const { answer, bytes } = await context.distribution.appendToUpload(session.location, request);
  const location = await nextLocation(at, answer, id);
  const next = storeSession(at, id, { ...session, ...progressAfterChunk(session, bytes, request.complete), location });
  return request.complete ? next : undefined;
}

async function commit(at: RepositoryRequest, id: string, session: UploadSession, digest: string): Promise<void> {
  refuseParts(at, id, session);
  const separator = session.location.includes("?") ? "&" : "?";
  const path = `${session.location}${separator}digest=${encodeURIComponent(digest)}`;
  // Distribution ends the session whether or not the digest matches.
  at.context.uploads.remove(id);
  const answer = await toDistribution(at, "PUT", path);
  if ((answer.statusCode ?? 500) >= 400) {
    throw await distributionRefusal(at, answer);
  }
  answer.resume();
  sendCreated(at, digest);
}

async function nextLocation(at: RepositoryRequest, answer: IncomingMessage, id?: string): Promise<string> {
  const { location } = answer.headers;
  if ((answer.statusCode ?? 500) >= 400 || location === undefined) {
    if (id !== undefined) at.context.uploads.remove(id);
    throw await distributionRefusal(at, answer);
  }
  answer.resume();
  const { pathname, search } = new URL(location, "http://distribution");
  return pathname + search;
}

type UploadProgress = Omit<UploadSession, "repositoryId" | "usedAt">;

/** The state of an upload that the gateway sees for the first time. */
function initialProgress(location: string, received: number): UploadProgress {
  return { location, received, lastChunk: received === 0 ? leastPartSize : received, hasSmallChunk: false };
}

function progressAfterChunk(session: UploadSession, bytes: number, whole: boolean): Omit<UploadProgress, "location"> {
  const received = session.received + bytes;
  const { lastChunk, hasSmallChunk } = session;
  if (!whole || bytes === 0) return { received, lastChunk, hasSmallChunk };
  return { received, lastChunk: bytes, hasSmallChunk: hasSmallChunk || lastChunk < leastPartSize };
}

function storeSession(at: RepositoryRequest, id: string, progress: UploadProgress): UploadSession {
  const session = { ...progress, repositoryId: at.repository.id, usedAt: at.context.clock.now() };
  at.context.uploads.put(id, session);
  return session;
}

/** Rejects uploads that ECR does not complete; the session is unchanged. */
function refuseParts({ context, repository }: RepositoryRequest, id: string, session: UploadSession): void {
  if (session.received === 0 && deviates(context, "emptyBlobRefused")) {
    throw new RegistryError(400, "BLOB_UPLOAD_INVALID", emptyUploadMessage(repository, id));
  }
  if (session.hasSmallChunk && deviates(context, "smallChunkRefused")) {
    throw new RegistryError(400, "BLOB_UPLOAD_INVALID", smallPartMessage);
  }
}

function toDistribution(at: RepositoryRequest, method: string, path: string): Promise<IncomingMessage> {
  return at.context.distribution.request(method, path, method === "GET" ? {} : { "Content-Length": 0 });
}

function sendProgress(at: RepositoryRequest, id: string, session: UploadSession, status: number): void {
  at.response.writeHead(status, {
    ...progressHeaders(at, id, session),
    ...(status !== 204 && { "Content-Length": 0 }),
  });
  at.response.end();
}

function progressHeaders(at: RepositoryRequest, id: string, session: UploadSession): Record<string, string> {
  const { search } = new URL(session.location, "http://distribution");
  return {
    Location: `http://${at.request.headers.host}/v2/${at.fullName}/blobs/uploads/${id}${search}`,
    Range: `0-${Math.max(session.received - 1, 0)}`,
    "Docker-Upload-UUID": id,
  };
}

function sendCreated(at: RepositoryRequest, digest: string): void {
  at.response.writeHead(201, {
    Location: `http://${at.request.headers.host}/v2/${at.fullName}/blobs/${digest}`,
    "Docker-Content-Digest": digest,
    "Content-Length": 0,
  });
  at.response.end();
}

/**
 * A private registry mounts only when its account setting allows it, between repositories with the same encryption (ECR
 * user guide, "Blob mounting"), and only blobs of existing images; the public one starts an upload instead
 * (estesp/manifest-tool issue 124).
 */
function mounts({ context, repository }: RepositoryRequest, source: RepositoryRecord, digest: string): boolean {
  return (
    repository.kind === "private" &&
    accountSetting(context.store, repository, "BLOB_MOUNTING") === "ENABLED" &&
    source.encryptionType === repository.encryptionType &&
    source.kmsKey === repository.kmsKey &&
    (!deviates(context, "mountNeedsImage") || context.store.imageWithBlob(source, digest) !== undefined)
  );
}
