import { imageTagFaults } from "../../../ecr/imageTags";
import type { GatewayContext } from "../context";
import { readAll } from "../distributionClient";
import { pushImage } from "../images";
import { PushRefusal } from "../pushRefusal";
import type { ImageRecord, RepositoryRecord } from "../state/records";
import { nameUnknown, RegistryError, sendJson, unsupported } from "./registryError";
import type { RepositoryRequest } from "./repositoryRequest";

/** The longest manifest that ECR takes (ECR API, PutImage: imageManifest), in bytes. */
const manifestLimit = 4 * 1024 * 1024;
const digestForm = /^sha256:[0-9a-f]{64}$/;
/** ECR renews lastRecordedPullTime at least once in 24 hours (ECR API, ImageDetail). */
const pullTimeMilliseconds = 24 * 60 * 60 * 1000;

export async function handleManifest(at: RepositoryRequest, reference: string): Promise<void> {
  switch (at.request.method) {
    case "GET":
    case "HEAD":
      return readManifest(at, reference);
    case "PUT":
      return writeManifest(at, reference);
    default:
      throw unsupported(`${at.request.method} of a manifest`);
  }
}

/** Tags belong to the gateway, and an image that it does not know is not there, whatever Distribution holds. */
async function readManifest(at: RepositoryRequest, reference: string): Promise<void> {
  const { context, repository, response } = at;
  const digest = reference.includes(":") ? reference : context.store.tag(repository, reference);
  const image = digest === undefined ? undefined : context.store.image(repository, digest);
  if (!image) {
    throw manifestUnknown(repository, reference);
  }
  const headers = {
    "Content-Type": image.mediaType,
    "Docker-Content-Digest": image.digest,
    ETag: `"${image.digest}"`,
  };
  if (at.request.method === "HEAD") {
    response.writeHead(200, { ...headers, "Content-Length": image.manifestSize });
    response.end();
    return;
  }
  const manifest = await context.distribution.manifest(repository, image.digest, image.mediaType);
  if (!manifest) {
    throw manifestUnknown(repository, reference);
  }
  recordPull(context, repository, image);
  response.writeHead(200, { ...headers, "Content-Length": manifest.length });
  response.end(manifest);
}

function recordPull(context: GatewayContext, repository: RepositoryRecord, image: ImageRecord): void {
  const now = context.clock.now();
  if (image.lastPulledAt !== undefined && now - image.lastPulledAt < pullTimeMilliseconds) {
    return;
  }
  context.store.change(() => {
    const current = context.store.image(repository, image.digest);
    if (current) {
      context.store.putImage(repository, { ...current, lastPulledAt: now });
    }
  });
}

async function writeManifest(at: RepositoryRequest, reference: string): Promise<void> {
  const { context, request, response, repository } = at;
  const byDigest = reference.includes(":");
  if (byDigest && !digestForm.test(reference)) {
    throw new RegistryError(400, "DIGEST_INVALID", `'${reference}' is no digest: sha256: and 64 hexadecimal digits.`);
  }
  const tagFaults = byDigest ? [] : imageTagFaults(reference, "tag");
  if (tagFaults.length > 0) {
    throw new RegistryError(400, "TAG_INVALID", tagFaults.map((fault) => fault.rule).join(" "));
  }
  const image = await pushImage(context, repository, {
    body: await readManifestBody(at),
    mediaType: request.headers["content-type"],
    ...(byDigest ? { digest: reference } : { tag: reference }),
  }).catch((error: unknown) => {
    throw error instanceof PushRefusal ? registryRefusal(error, repository) : error;
  });
  const headers: Record<string, string | number> = {
    Location: `http://${request.headers.host}/v2/${at.fullName}/manifests/${image.digest}`,
    "Docker-Content-Digest": image.digest,
    "Content-Length": 0,
  };
  if (image.subject !== undefined) {
    headers["OCI-Subject"] = image.subject;
  }
  response.writeHead(201, headers);
  response.end();
}

async function readManifestBody(at: RepositoryRequest): Promise<Buffer> {
  try {
    return await readAll(at.request, manifestLimit);
  } catch (error) {
    if (error instanceof RangeError) {
      throw new RegistryError(413, "MANIFEST_INVALID", `A manifest has at most ${manifestLimit} bytes.`);
    }
    throw error;
  }
}

function registryRefusal(refusal: PushRefusal, repository: RepositoryRecord): RegistryError {
  switch (refusal.reason) {
    case "tagImmutable":
      return new RegistryError(400, "TAG_INVALID", refusal.message);
    case "digestMismatch":
      return new RegistryError(400, "DIGEST_INVALID", refusal.message);
    case "layersMissing":
      return new RegistryError(400, "MANIFEST_BLOB_UNKNOWN", refusal.message, { detail: refusal.detail });
    case "imagesMissing":
      return new RegistryError(404, "MANIFEST_UNKNOWN", refusal.message, { detail: refusal.detail });
    case "repositoryMissing":
      return nameUnknown(repository.name, repository.account);
    case "manifestInvalid":
    case "imageExists":
      return new RegistryError(400, "MANIFEST_INVALID", refusal.message);
  }
}

function manifestUnknown(repository: RepositoryRecord, reference: string): RegistryError {
  return new RegistryError(404, "MANIFEST_UNKNOWN", "Requested image not found", {
    detail: { name: repository.name, reference },
  });
}

/** `GET …/tags/list`, with the specification's `n` and `last`. */
export function handleTags(at: RepositoryRequest): void {
  const { context, repository, response, query } = at;
  if (at.request.method !== "GET") {
    throw unsupported(`${at.request.method} of the list of tags`);
  }
  const last = query.get("last");
  const limit = query.get("n") === null ? 1000 : Number(query.get("n"));
  if (!Number.isInteger(limit) || limit < 0) {
    throw new RegistryError(400, "PAGINATION_NUMBER_INVALID", "n is a whole number, 0 or more.");
  }
  const tags = context.store.tagsOf(repository).map(([tag]) => tag);
  const rest = last === null ? tags : tags.filter((tag) => tag > last);
  const page = rest.slice(0, limit);
  const more = page.length > 0 && page.length < rest.length;
  const next = new URLSearchParams({ n: String(limit), last: page.at(-1) ?? "" });
  sendJson(
    response,
    200,
    { name: at.fullName, tags: page },
    more ? { Link: `</v2/${at.fullName}/tags/list?${next}>; rel="next"` } : {},
  );
}
