import { BatchGetImageCommand, type ECRClient } from "@aws-sdk/client-ecr";
import { isDigest } from "../../ecr/names/digests";
import { isObject } from "../../ecr/values/jsonObjects";

/** Images per request (ECR API, BatchGetImage: imageIds). */
const batchSize = 100;

/** The parts of a manifest that these commands need, whatever its type. */
export interface Manifest {
  /** Digests of the images in an index; empty for an image. */
  children: string[];
  /** An image's config and layers; empty for an index. */
  blobs: { digest: string; sizeBytes: number }[];
  /** Size of the manifest itself in bytes. */
  sizeBytes: number;
}

/**
 * Manifests by digest, in batches of at most 100. Images for which ECR returns none, such as archived ones, are
 * skipped.
 *
 * ECR may count this as a pull: a read-only role should be in the registry's pull-time update exclusions, so that rules
 * based on the last pull ignore it.
 */
export async function readManifests(
  ecr: ECRClient,
  repository: { name: string; registryId: string },
  digests: readonly string[],
): Promise<Map<string, Manifest>> {
  const manifests = new Map<string, Manifest>();
  for (let start = 0; start < digests.length; start += batchSize) {
    const { images = [] } = await ecr.send(
      new BatchGetImageCommand({
        repositoryName: repository.name,
        registryId: repository.registryId,
        imageIds: digests.slice(start, start + batchSize).map((imageDigest) => ({ imageDigest })),
      }),
    );
    for (const { imageId, imageManifest } of images) {
      if (imageId?.imageDigest !== undefined && imageManifest !== undefined) {
        manifests.set(imageId.imageDigest, readManifest(imageManifest));
      }
    }
  }
  return manifests;
}

/**
 * Docker's and OCI's formats have the same structure. Their content is up to whoever pushed it: entries without a
 * digest are skipped.
 */
export function readManifest(text: string): Manifest {
  const manifest: unknown = JSON.parse(text);
  const { manifests, config, layers } = isObject(manifest) ? manifest : {};
  return {
    // An index may list the same image thousands of times.
    children: [...new Set(descriptors(manifests).map(({ digest }) => digest))],
    blobs: [...descriptors([config]), ...descriptors(layers)],
    sizeBytes: Buffer.byteLength(text),
  };
}

function descriptors(list: unknown): { digest: string; sizeBytes: number }[] {
  return (Array.isArray(list) ? list : []).flatMap((each: unknown) => {
    const { digest, size } = isObject(each) ? each : {};
    const sizeBytes = typeof size === "number" && Number.isSafeInteger(size) && size > 0 ? size : 0;
    return isDigest(digest) ? [{ digest, sizeBytes }] : [];
  });
}

/** The indexes that each image is part of. */
export function parentsIn(manifests: ReadonlyMap<string, Manifest>): Map<string, string[]> {
  const parents = new Map<string, string[]>();
  for (const [digest, { children }] of manifests) {
    for (const child of children) {
      const known = parents.get(child);
      if (known === undefined) parents.set(child, [digest]);
      else known.push(digest);
    }
  }
  return parents;
}
