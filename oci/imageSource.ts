import type { RawManifest } from "./manifestContent";

/** Where an image is copied from: a repository of a registry (RegistryClient), or what Docker exported (DockerArchive). */
export interface ImageSource {
  /** For messages, and to tell whether the target can mount the source's blobs. */
  readonly host: string;
  readonly repository: string;
  /** By its digest, as its very bytes. */
  manifest(digest: string): Promise<RawManifest>;
  /** A small blob, such as an image's configuration. */
  blob(digest: string): Promise<RawManifest>;
  /** The bytes of a blob from an offset on, as they come. */
  readBlob(blob: { digest: string; size: number }, from?: number): AsyncIterable<Buffer>;
}
