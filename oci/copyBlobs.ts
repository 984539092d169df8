import { hasBlob, startUpload, uploadBlob } from "./blobUpload";
import type { ImageSource } from "./imageSource";
import type { RegistryClient } from "./registryClient";
import { Slots } from "./slots";

/** A blob or manifest that has been copied. */
export interface CopyProgress {
  kind: "blob" | "manifest";
  digest: string;
  /** Bytes. */
  size: number;
  /** Uploaded by this machine, mounted from another repository of the same registry, or already in the repository. */
  how: "sent" | "mounted" | "present";
}

/** Parallel uploads, and parallel existence checks. */
const sentAtOnce = 4;
const askedAtOnce = 16;

/** Copies blobs from one repository to another: each once, several in parallel, streamed rather than held in memory. */
export class BlobCopies {
  /** Blobs uploaded by this machine, and their bytes. */
  sent = { blobs: 0, bytes: 0 };
  private readonly sending = new Slots(sentAtOnce);
  private readonly asking = new Slots(askedAtOnce);
  private readonly copies = new Map<string, Promise<void>>();
  private failure: Error | undefined;

  constructor(
    private readonly source: Pick<ImageSource, "readBlob">,
    private readonly target: RegistryClient,
    /** A repository in the target's registry that has the blobs. */
    private readonly mountFrom: string | undefined,
    private readonly onProgress: (progress: CopyProgress) => void,
  ) {}

  /** Distinct blobs requested so far. */
  get count(): number {
    return this.copies.size;
  }

  copy(blob: { digest: string; size: number }): Promise<void> {
    const known = this.copies.get(blob.digest);
    if (known !== undefined) return known;
    const copy = this.bring(blob).then(
      (how) => this.onProgress({ kind: "blob", digest: blob.digest, size: blob.size, how }),
      (error: Error) => {
        this.failure ??= error;
        throw error;
      },
    );
    this.copies.set(blob.digest, copy);
    return copy;
  }

  private async bring(blob: { digest: string; size: number }): Promise<CopyProgress["how"]> {
    const found = await this.asking.run(() => this.find(blob.digest));
    if (typeof found === "string") return found;
    return this.sending.run(() => this.send(blob, found.location));
  }

  /** @returns How the target already has the blob, or the upload that it started instead of mounting it. */
  private async find(digest: string): Promise<"present" | "mounted" | { location?: URL }> {
    this.stopAfterFailure();
    const { connection } = this.target;
    if (await hasBlob(connection, digest)) return "present";
    if (this.mountFrom === undefined) return {};
    const location = await startUpload(connection, { digest, from: this.mountFrom });
    return location === undefined ? "mounted" : { location };
  }

  private async send(blob: { digest: string; size: number }, location: URL | undefined): Promise<"sent"> {
    this.stopAfterFailure();
    const read = (from: number) => this.source.readBlob(blob, from);
    const { bytesSent } = await uploadBlob(this.target.connection, { ...blob, read }, location);
    this.sent.blobs += 1;
    this.sent.bytes += bytesSent;
    return "sent";
  }

  /** Starts nothing new once the copy has failed. */
  private stopAfterFailure(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}
