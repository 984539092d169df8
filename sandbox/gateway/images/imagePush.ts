import { createHash } from "node:crypto";
import { isTagMutable } from "../../../ecr/tags/tagMutability";
import type { ImageRecord, RepositoryRecord } from "../state/records";
import { DistributionError, missingBlobs } from "../storage/distributionClient";
import { type ManifestFacts, mediaTypeInStorage, readManifest } from "../storage/manifest";
import { PushRefusal } from "../storage/pushRefusal";
import type { ImageDependencies } from "./imageDependencies";
import { followUp, type PushOrigin } from "./pushFollowUps";

const maximumTags = 1000;

export interface PushedManifest {
  body: Buffer;
  mediaType: string | undefined;
  /** The tag to give it. */
  tag?: string;
  /** The digest that the client expects. */
  digest?: string;
  /**
   * The API rejects an image that already exists with this tag, and a manifest without a media type; with docker,
   * pushing an image again is fine.
   */
  byApi?: boolean;
  /** @default "push" */
  origin?: PushOrigin;
}

/**
 * Stores an image. Distribution stores the manifest and checks its blobs before one transaction makes the image
 * visible: if the gateway is killed in between, nothing is visible.
 */
export async function pushImage(
  context: ImageDependencies,
  repository: RepositoryRecord,
  push: PushedManifest,
): Promise<ImageRecord> {
  const digest = `sha256:${createHash("sha256").update(push.body).digest("hex")}`;
  if (push.digest !== undefined && push.digest !== digest) {
    throw new PushRefusal("digestMismatch", digestMismatchMessage(repository, push.digest));
  }
  const facts = readManifest(push.body, push.mediaType, push.byApi);
  const image = await storeImage(context, repository, digest, facts, push);
  followUp(context, repository, image, push.tag, push.origin ?? "push");
  return image;
}

function storeImage(
  context: ImageDependencies,
  repository: RepositoryRecord,
  digest: string,
  facts: ManifestFacts,
  push: PushedManifest,
): Promise<ImageRecord> {
  return context.repositoryLocks.run(repository.id, async () => {
    refuseTag(context, repository, digest, push);
    const missing = facts.children.filter((child) => !context.store.image(repository, child));
    if (missing.length > 0) {
      throw new PushRefusal(
        "imagesMissing",
        `Images with digests '[${missing.join(", ")}]' required for pushing image into repository with name '${repository.name}' in the registry with id '${repository.account}' do not exist`,
        missing,
      );
    }
    await storeManifest(context, repository, digest, facts, push.body);
    const imageSize = sizeOf(context, repository, facts);
    return context.store.change(() => {
      const current = context.store.repository(repository, repository.name);
      if (current?.id !== repository.id) {
        throw new PushRefusal(
          "repositoryMissing",
          `The repository with name '${repository.name}' does not exist in the registry with id '${repository.account}'`,
        );
      }
      // The settings may have changed while Distribution was working.
      refuseTag(context, current, digest, push);
      const known = context.store.image(current, digest);
      // Pushing an archived image restores it (ECR user guide, "Archiving an image").
      const restored = known?.storageClass === "ARCHIVE" ? withStorageClass(context, known, undefined) : known;
      const image = restored ?? {
        ...facts,
        digest,
        manifestSize: push.body.length,
        imageSize,
        pushedAt: context.clock.now(),
      };
      context.store.putImage(current, image);
      if (push.tag !== undefined) {
        context.store.putTag(current, push.tag, digest);
      }
      return image;
    });
  });
}

function refuseTag(
  context: ImageDependencies,
  repository: RepositoryRecord,
  digest: string,
  push: PushedManifest,
): void {
  const { tag } = push;
  const holder = tag === undefined ? undefined : context.store.tag(repository, tag);
  if (push.byApi && context.store.image(repository, digest) && (tag === undefined || holder === digest)) {
    throw new PushRefusal(
      "imageExists",
      `Image with digest '${digest}' and tag '${tag ?? null}' already exists in the repository with name '${repository.name}' in registry with id '${repository.account}'`,
    );
  }
  if (tag !== undefined && holder !== undefined && !tagCanMove(repository, tag)) {
    throw new PushRefusal(
      "tagImmutable",
      `The image tag '${tag}' already exists in the '${repository.name}' repository and cannot be overwritten because the tag is immutable.`,
    );
  }
  if (tag !== undefined) refuseTooManyTags(context, repository, digest, tag);
}

/**
 * ECR's quota (ECR user guide, "Amazon ECR service quotas": "Tags per image"), with its message (medic/cht-core issue
 * 11099).
 */
function refuseTooManyTags(
  context: ImageDependencies,
  repository: RepositoryRecord,
  digest: string,
  tag: string,
): void {
  const tags = context.store.tagsOfImage(repository, digest);
  if (tags.length >= maximumTags && !tags.includes(tag)) {
    throw new PushRefusal(
      "tooManyTags",
      `Adding tag '${tag}' to an image in the repository with name '${repository.name}' in registry with id '${repository.account}' exceeds the maximum allowed number of tags per image which is '${maximumTags}'`,
    );
  }
}

/** The service's message (google/go-containerregistry issue 1568). */
function digestMismatchMessage({ name, account }: RepositoryRecord, given: string): string {
  return `The image with digest '${given}' in repository '${name}' and registry ID '${account}' does not match the image digest that Amazon ECR has calculated.`;
}

/** Whether this tag of the repository may be moved to another image. */
export function tagCanMove(repository: RepositoryRecord, tag: string): boolean {
  return isTagMutable(tag, repository);
}

async function storeManifest(
  context: ImageDependencies,
  repository: RepositoryRecord,
  digest: string,
  facts: ManifestFacts,
  body: Buffer,
): Promise<void> {
  try {
    await context.distribution.putManifest(repository, digest, mediaTypeInStorage(facts.mediaType, body), body);
  } catch (error) {
    if (!(error instanceof DistributionError)) {
      throw error;
    }
    const digests = missingBlobs(error.failure);
    if (digests.length > 0) {
      throw new PushRefusal(
        "layersMissing",
        `Layers with digests '[${digests.join(", ")}]' required for pushing image into repository with name '${repository.name}' in the registry with id '${repository.account}' do not exist`,
        digests,
      );
    }
    if (error.failure.status < 500) {
      throw new PushRefusal("manifestInvalid", `The image manifest is invalid: ${error.message}`);
    }
    throw error;
  }
}

/**
 * Size in bytes as ECR reports it (ECR API, ImageDetail.imageSizeInBytes): for a manifest list "the max size of all
 * manifests in the list".
 */
function sizeOf(context: ImageDependencies, repository: RepositoryRecord, facts: ManifestFacts): number {
  if (facts.children.length === 0) {
    return facts.blobsSize;
  }
  return Math.max(...facts.children.map((child) => context.store.image(repository, child)?.imageSize ?? 0));
}

/** An image's status in the API. */
export function imageStatus(image: ImageRecord): "ACTIVE" | "ARCHIVED" {
  return image.storageClass === "ARCHIVE" ? "ARCHIVED" : "ACTIVE";
}

/** Moves an image to the archive or back to the standard storage class (`undefined`), and records the time. */
export function setStorageClass(
  context: ImageDependencies,
  repository: RepositoryRecord,
  image: ImageRecord,
  storageClass: ImageRecord["storageClass"],
): ImageRecord {
  const changed = withStorageClass(context, image, storageClass);
  context.store.change(() => context.store.putImage(repository, changed));
  return changed;
}

function withStorageClass(
  { clock }: ImageDependencies,
  image: ImageRecord,
  storageClass: ImageRecord["storageClass"],
): ImageRecord {
  const now = clock.now();
  return { ...image, ...(storageClass === "ARCHIVE" ? { archivedAt: now } : { activatedAt: now }), storageClass };
}
