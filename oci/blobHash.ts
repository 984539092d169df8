import { createHash, type Hash } from "node:crypto";

/** Bytes between two saved hash states, and how many are kept. Far fewer bytes are ever in flight to a registry. */
const distance = 1 << 20;
const kept = 64;

/**
 * Incremental hash of a blob that can rewind a little when an upload was interrupted, without rereading the whole blob.
 */
export class BlobHash {
  private readonly algorithm: string;
  private hash: Hash;
  private states: { offset: number; hash: Hash }[] = [];
  /** Bytes hashed so far. */
  offset = 0;

  constructor(private readonly expected: string) {
    this.algorithm = expected.split(":", 1)[0] ?? "";
    this.hash = createHash(this.algorithm);
  }

  update(part: Buffer): void {
    const last = this.states.at(-1)?.offset ?? 0;
    if (this.offset - last >= distance) {
      this.states.push({ offset: this.offset, hash: this.hash.copy() });
      if (this.states.length > kept) this.states.shift();
    }
    this.hash.update(part);
    this.offset += part.length;
  }

  /**
   * Rewinds to the nearest saved state at or before an offset, or to the beginning. @returns The offset it rewound to.
   */
  rewind(to: number): number {
    if (to === this.offset) return this.offset;
    this.states = this.states.filter(({ offset }) => offset <= to);
    const state = this.states.at(-1);
    this.offset = state?.offset ?? 0;
    this.hash = state?.hash.copy() ?? createHash(this.algorithm);
    return this.offset;
  }

  /** Whether the bytes hashed so far match the digest. */
  isRight(): boolean {
    return `${this.algorithm}:${this.hash.copy().digest("hex")}` === this.expected;
  }
}
