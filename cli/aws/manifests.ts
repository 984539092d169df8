import { BatchGetImageCommand, type ECRClient } from "@aws-sdk/client-ecr";

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

interface Descriptor {
  digest: string;
  size?: number;
}

/** Docker's and OCI's formats have the same shape; ECR has checked it when the manifest was pushed. */
export function readManifest(text: string): Manifest {
  const manifest = JSON.parse(text) as { manifests?: Descriptor[]; config?: Descriptor; layers?: Descriptor[] };
  const { manifests = [], config, layers = [] } = manifest;
  return {
    children: manifests.map(({ digest }) => digest),
    blobs: [...(config ? [config] : []), ...layers].map(({ digest, size = 0 }) => ({ digest, sizeBytes: size })),
    sizeBytes: Buffer.byteLength(text),
  };
}
