import { createHash, type Hash } from "node:crypto";

/** Bytes between two states that are kept, and how many of them: what is on its way to a registry is far less. */
const distance = 1 << 20;
const kept = 64;

/** The hash of a blob that is read once, and from a little before again when its upload was cut. */
export class BlobHash {
  private readonly algorithm: string;
  private hash: Hash;
  private states: { offset: number; hash: Hash }[] = [];
  /** Bytes so far. */
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

  /** Goes back to a place at or before an offset; to the beginning when none is kept. @returns That place. */
  rewind(to: number): number {
    if (to === this.offset) return this.offset;
    this.states = this.states.filter(({ offset }) => offset <= to);
    const state = this.states.at(-1);
    this.offset = state?.offset ?? 0;
    this.hash = state?.hash.copy() ?? createHash(this.algorithm);
    return this.offset;
  }

  /** Whether all the bytes so far are what the digest stands for. */
  isRight(): boolean {
    return `${this.algorithm}:${this.hash.copy().digest("hex")}` === this.expected;
  }
}
