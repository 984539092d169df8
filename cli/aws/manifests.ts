import { BatchGetImageCommand, type ECRClient } from "@aws-sdk/client-ecr";
import { isDigest } from "../../ecr/digests";
import { isObject } from "../../ecr/jsonObjects";

/** Images in one request (ECR API, BatchGetImage: imageIds). */
const batchSize = 100;

/** What these commands read of a manifest, whichever kind it is. */
export interface Manifest {
  /** Digests of an index's images; none of an image. */
  children: string[];
  /** An image's config and layers; none of an index. */
  blobs: { digest: string; sizeBytes: number }[];
  /** Bytes of the manifest itself. */
  sizeBytes: number;
}

/**
 * Manifests by digest, in batches of at most 100. What ECR does not give, such as those of archived images, is left out.
 *
 * ECR may take this for a pull: a role that only looks should be in the registry's pull-time update exclusions, so that
 * rules which count since the last pull do not see it.
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

/** Docker's and OCI's formats have the same shape. Whoever pushed it wrote it: what has no digest is left out. */
export function readManifest(text: string): Manifest {
  const manifest: unknown = JSON.parse(text);
  const { manifests, config, layers } = isObject(manifest) ? manifest : {};
  return {
    // An index may name the same image thousands of times.
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
