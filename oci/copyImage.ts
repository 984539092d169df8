import type { CopyProgress } from "./copyBlobs";
import { ManifestCopies } from "./copyManifests";
import { copyReferrers } from "./copyReferrers";
import type { RegistryClient } from "./registryClient";

/** An image to copy. */
export interface ImageCopyOptions {
  source: RegistryClient;
  /** Of an image, an index, or any other artifact. */
  digest: string;
  target: RegistryClient;
  /** A repository in the target's registry that has the blobs. @default the source, when both are in one registry */
  mountFrom?: string;
  /** Whether to copy signatures, SBOMs, and attestations as well. */
  referrers: boolean;
  /**
   * Platforms of an index to copy, such as `linux/amd64`. They form a new index with a new digest; referrers of the
   * original index are not copied, because they describe the original. @default the whole index, unchanged
   */
  platforms?: readonly string[];
  onProgress?: (progress: CopyProgress) => void;
}

/** The result of a copy. */
export interface CopiedImage {
  /** The requested digest, or that of the new index when platforms were selected. */
  digest: string;
  mediaType: string;
  /** Digests of the signatures, SBOMs, and attestations that the target now has, in the order the source lists them. */
  referrers: string[];
  /** Digests of non-distributable layers, which are not copied: their `urls` stay in the manifest. */
  foreignLayers: string[];
  /**
   * Referrer tags left unchanged because the target uses them for its own referrers, such as local signatures, or
   * because they are immutable.
   */
  keptTags: string[];
  /** Blobs uploaded by this machine, not those already present or mounted. */
  blobsSent: number;
  bytesSent: number;
}

/**
 * Copies an image, an index, or any other artifact between repositories byte for byte, children first. It gets no tag,
 * so that a partial copy has no name. Content already at the target is not sent, so that an interrupted copy can be
 * resumed.
 *
 * @throws RegistryRefusal when a registry refuses, or sends content that does not match its digest.
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
