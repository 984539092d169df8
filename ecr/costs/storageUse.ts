import type { StorageClass } from "../lifecyclePolicy/lifecycleDocument";

/** A part of an image that is stored once: a layer, a config, or a manifest. */
export interface StoredBlob {
  digest: string;
  sizeBytes: number;
}

export interface StoredImage {
  /** @default "standard" */
  storageClass?: StorageClass;
  /** Layers, config and the manifest itself. */
  blobs: readonly StoredBlob[];
}

/** Bytes by storage class. */
export interface StorageUse {
  standard: number;
  archive: number;
}

/**
 * Total storage of images. A blob counts once, however many images share it: pass the images of one repository, or of
 * one registry (account and region) when its account setting BLOB_MOUNTING is on, because repositories then share
 * layers. A blob of images in both storage classes counts as standard, because it must be immediately available.
 */
export function storageUse(images: readonly StoredImage[]): StorageUse {
  const seen = new Set<string>();
  const count = (storageClass: StorageClass): number => {
    let bytes = 0;
    for (const image of images) {
      if ((image.storageClass ?? "standard") !== storageClass) {
        continue;
      }
      for (const { digest, sizeBytes } of image.blobs) {
        if (!seen.has(digest)) {
          seen.add(digest);
          bytes += sizeBytes;
        }
      }
    }
    return bytes;
  };
  const standard = count("standard");
  return { standard, archive: count("archive") };
}
