import type { RawManifest } from "./manifestContent";

/** The source of an image copy: a repository in a registry (RegistryClient), or a Docker export (DockerArchive). */
export interface ImageSource {
  /** Used in messages, and to tell whether the target can mount the source's blobs. */
  readonly host: string;
  readonly repository: string;
  /** By its digest, byte for byte. */
  manifest(digest: string): Promise<RawManifest>;
  /** A small blob, such as an image's configuration. */
  blob(digest: string): Promise<RawManifest>;
  /** Streams a blob from an offset. */
  readBlob(blob: { digest: string; size: number }, from?: number): AsyncIterable<Buffer>;
}
