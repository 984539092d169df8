import type { CopyProgress } from "./copyBlobs";
import { ManifestCopies } from "./copyManifests";
import { copyReferrers } from "./copyReferrers";
import type { RegistryClient } from "./registryClient";

/** An image to copy. */
export interface ImageCopyOptions {
  source: RegistryClient;
  /** Of an image, an index or any other artifact. */
  digest: string;
  target: RegistryClient;
  /** A repository of the target's registry that has the blobs. @default the source's, where both are in one registry */
  mountFrom?: string;
  /** Whether signatures, SBOMs and attestations follow. */
  referrers: boolean;
  /**
   * Platforms of an index to copy, such as `linux/amd64`: they make a new index with another digest, whose own referrers
   * stay behind, as they are about the old one. @default the whole index, as it is
   */
  platforms?: readonly string[];
  onProgress?: (progress: CopyProgress) => void;
}

/** What a copy has brought. */
export interface CopiedImage {
  /** What was asked for; another one where platforms made a new index. */
  digest: string;
  mediaType: string;
  /** Digests of the signatures, SBOMs and attestations that the target has now, in the order of the source's lists. */
  referrers: string[];
  /** Digests of layers that nobody may distribute and that stay where their `urls` lead. */
  foreignLayers: string[];
  /** Tags for referrers that the target holds for others than the source's, such as signatures made there, or cannot move: they stay. */
  keptTags: string[];
  /** Blobs that went through this machine: none of those that were there or could be mounted. */
  blobsSent: number;
  bytesSent: number;
}

/**
 * Copies an image, an index or any other artifact from repository to repository as the very bytes, children first. It gets
 * no tag: nothing that is half there has a name. What is there already is not sent, so that a copy that was cut goes on.
 *
 * @throws RegistryRefusal when a registry refuses, or sends something else than a digest stands for.
 */
export async function copyImage(options: ImageCopyOptions): Promise<CopiedImage> {
  const copy = new ManifestCopies(options);
  const { digest, mediaType } = await copy.root(options.digest, options.platforms);
  const referrers = options.referrers ? await copyReferrers(copy, options.source) : [];
  return {
    digest,
    mediaType,
    referrers,
    foreignLayers: [...copy.foreignLayers],
    keptTags: [...copy.keptTags],
    blobsSent: copy.blobs.sent.blobs,
    bytesSent: copy.blobs.sent.bytes,
  };
}
