import { imageTagFaults } from "../../../ecr/tags/imageTags";
import type { GatewayContext } from "../context";
import { deviates } from "../deviations";
import { deleteImage, referencedMessage } from "../images/imageDeletion";
import { pushImage } from "../images/imagePush";
import type { ImageRecord, RepositoryRecord } from "../state/records";
import { pullTimeExclusions } from "../state/registrySettings";
import { PushRefusal } from "../storage/pushRefusal";
import { checkedDigest } from "./blobs";
import { readBody } from "./body";
import type { RegistryCaller } from "./registryAccess";
import { nameUnknown, RegistryError, unsupported } from "./registryError";
import type { RepositoryRequest } from "./repositoryRequest";

/** Longest manifest that ECR accepts (ECR API, PutImage: imageManifest), in bytes. */
const manifestLimit = 4 * 1024 * 1024;
/** ECR updates lastRecordedPullTime at least once in 24 hours (ECR API, ImageDetail). */
const pullTimeMilliseconds = 24 * 60 * 60 * 1000;

export async function handleManifest(at: RepositoryRequest, reference: string): Promise<void> {
  switch (at.request.method) {
    case "GET":
    case "HEAD":
      return readManifest(at, reference);
    case "PUT":
      return writeManifest(at, reference);
    case "DELETE":
      return removeManifest(at, reference);
    default:
      throw unsupported(`${at.request.method} of a manifest`);
  }
}

/** Tags are the gateway's, and an image it does not know does not exist, whatever Distribution stores. */
async function readManifest(at: RepositoryRequest, reference: string): Promise<void> {
  const { context, repository, response } = at;
  const image = existingImage(at, reference);
  if (image.storageClass === "ARCHIVE") {
    // "Requests to pull the archived image will fail with a 404 error" (ECR user guide, "Archiving an image").
    throw new RegistryError(
      404,
      "MANIFEST_UNKNOWN",
      `The image ${image.digest} is archived. Restore it before pulling it.`,
    );
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
  const manifest = await context.distribution.manifest(repository, image.digest);
  if (!manifest) {
    throw manifestUnknown(repository, reference);
  }
  recordPull(at, image);
  response.writeHead(200, { ...headers, "Content-Length": manifest.length });
  response.end(manifest);
}

function existingImage({ context, repository }: RepositoryRequest, reference: string): ImageRecord {
  const digest = reference.includes(":") ? reference : context.store.tag(repository, reference);
  const image = digest === undefined ? undefined : context.store.image(repository, digest);
  if (!image) {
    throw manifestUnknown(repository, reference);
  }
  return image;
}

/**
 * `DELETE` of an image by digest, or of a tag, which deletes the image with its last tag, like BatchDeleteImage. ECR
 * supports this since 2023 (aws/containers-roadmap issue 1229; ECR user guide, "Deleting signatures and other
 * artifacts").
 */
function removeManifest(at: RepositoryRequest, reference: string): Promise<void> {
  const { context, repository } = at;
  return context.repositoryLocks.run(repository.id, async () => {
    const { digest } = existingImage(at, reference);
    const result = await deleteImage(context, repository, digest, reference.includes(":") ? undefined : reference);
    if ("referencedBy" in result) {
      throw new RegistryError(403, "DENIED", referencedMessage(result), { detail: result.referencedBy });
    }
    at.response.writeHead(202, { "Content-Length": 0 }).end();
  });
}

/** A pull by an excluded principal is not recorded (ECR API, RegisterPullTimeUpdateExclusion). */
function recordPull({ context, repository, caller }: RepositoryRequest, image: ImageRecord): void {
  const now = context.clock.now();
  const isRecent = image.lastPulledAt !== undefined && now - image.lastPulledAt < pullTimeMilliseconds;
  if (isRecent || isExcluded(context, repository, caller)) {
    return;
  }
  context.store.change(() => {
    const current = context.store.image(repository, image.digest);
    if (current) {
      context.store.putImage(repository, { ...current, lastPulledAt: now });
    }
  });
}

/** A session counts as its role. The role's path is not known here, so only its name is compared. */
function isExcluded(context: GatewayContext, repository: RepositoryRecord, { principal }: RegistryCaller): boolean {
  if (repository.kind === "public" || principal === undefined || principal.kind === "root") {
    return false;
  }
  const names = pullTimeExclusions.all(context.store, repository).map(({ key }) => key);
  return principal.kind === "user"
    ? names.includes(principal.arn)
    : names.some(
        (arn) => arn.startsWith(`arn:aws:iam::${principal.account}:role/`) && arn.endsWith(`/${principal.roleName}`),
      );
}

async function writeManifest(at: RepositoryRequest, reference: string): Promise<void> {
  const { context, request, response, repository } = at;
  const byDigest = reference.includes(":");
  if (byDigest) checkedDigest(reference);
  const tagFaults = byDigest ? [] : imageTagFaults(reference, "tag");
  if (tagFaults.length > 0) {
    throw new RegistryError(400, "TAG_INVALID", tagFaults.map((fault) => fault.rule).join(" "));
  }
  const image = await pushImage(context, repository, {
    body: await readBody(at.request, manifestLimit, "MANIFEST_INVALID"),
    mediaType: request.headers["content-type"],
    ...(byDigest ? { digest: reference } : { tag: reference }),
  }).catch((error: unknown) => {
    throw error instanceof PushRefusal ? registryRefusal(at, error) : error;
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

function registryRefusal(at: RepositoryRequest, refusal: PushRefusal): RegistryError {
  const { context, repository } = at;
  switch (refusal.reason) {
    case "tagImmutable":
      return new RegistryError(400, "TAG_INVALID", refusal.message);
    case "tooManyTags":
      return new RegistryError(403, "DENIED", refusal.message);
    case "digestMismatch":
      // ECR's response is in google/go-containerregistry issue 1568.
      return new RegistryError(400, "MANIFEST_INVALID", refusal.message);
    // ECR's response to an index pushed before its images is in int128/docker-manifest-create-action pull request 63.
    case "imagesMissing":
    case "layersMissing":
      return new RegistryError(400, "MANIFEST_BLOB_UNKNOWN", refusal.message, { detail: refusal.detail });
    case "repositoryMissing":
      return nameUnknown(repository.name, repository.account);
    case "manifestInvalid":
    case "imageExists":
      return deviates(context, "manifestUnsupported")
        ? new RegistryError(405, "UNSUPPORTED", refusal.message, { detail: refusal.detail })
        : new RegistryError(400, "MANIFEST_INVALID", refusal.message, { detail: refusal.detail });
  }
}

function manifestUnknown(repository: RepositoryRecord, reference: string): RegistryError {
  return new RegistryError(404, "MANIFEST_UNKNOWN", "Requested image not found", {
    detail: { name: repository.name, reference },
  });
}
