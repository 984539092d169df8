import { readBlob } from "./blobDownload";
import { hasBlob, startUpload, uploadBlob } from "./blobUpload";
import type { RegistryClient } from "./registryClient";
import { Slots } from "./slots";

/** Something that has arrived. */
export interface CopyProgress {
  kind: "blob" | "manifest";
  digest: string;
  /** Bytes. */
  size: number;
  /** Through this machine, from another repository of the same registry, or there before. */
  how: "sent" | "mounted" | "present";
}

/** Blobs that are on their way at once. */
const atOnce = 4;

/** Brings blobs from one repository into another: each once, several at a time, never a whole one in memory. */
export class BlobCopies {
  /** Blobs that went through this machine, and their bytes. */
  sent = { blobs: 0, bytes: 0 };
  private readonly slots = new Slots(atOnce);
  private readonly copies = new Map<string, Promise<void>>();
  private failure: Error | undefined;

  constructor(
    private readonly source: RegistryClient,
    private readonly target: RegistryClient,
    /** A repository of the target's registry that has them. */
    private readonly mountFrom: string | undefined,
    private readonly onProgress: (progress: CopyProgress) => void,
  ) {}

  copy(blob: { digest: string; size: number }): Promise<void> {
    const known = this.copies.get(blob.digest);
    if (known !== undefined) return known;
    const copy = this.slots.run(async () => {
      // Nothing begins when all is lost.
      if (this.failure !== undefined) throw this.failure;
      const how = await this.bring(blob).catch((error: Error) => {
        this.failure ??= error;
        throw error;
      });
      this.onProgress({ kind: "blob", digest: blob.digest, size: blob.size, how });
    });
    this.copies.set(blob.digest, copy);
    return copy;
  }

  private async bring({ digest, size }: { digest: string; size: number }): Promise<CopyProgress["how"]> {
    const { connection } = this.target;
    if (await hasBlob(connection, digest)) return "present";
    const mount = this.mountFrom === undefined ? undefined : { digest, from: this.mountFrom };
    const location = await startUpload(connection, mount);
    if (location === undefined) return "mounted";
    const read = (from: number) => readBlob(this.source.connection, { digest, size }, from);
    const { bytesSent } = await uploadBlob(connection, { digest, size, read }, location);
    this.sent.blobs += 1;
    this.sent.bytes += bytesSent;
    return "sent";
  }
}
