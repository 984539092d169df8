import type { Database, RootDatabase } from "lmdb";
import { lastKeyPart } from "./keys";
import type { ImageRecord } from "./records";

/**
 * How an image refers to something: an index to its images, a signature to its subject, an image to its config and
 * layers.
 */
export type Relation = "child" | "subject" | "blob";

/**
 * Reverse indexes of a repository: what refers to a digest, and which tags an image has. Without them each lookup would
 * scan all of a repository's images. Update them in the store's transaction.
 */
export class ImageRelations {
  /** Key: repository, digest, tag. */
  private readonly tags: Database<true, string[]>;
  /** Key: repository, relation, referenced digest, digest of the referring image. */
  private readonly named: Database<true, string[]>;
  /** Key: repository, digest of an image without a tag. */
  private readonly untagged: Database<true, string[]>;

  constructor(root: RootDatabase) {
    this.tags = root.openDB({ name: "tagsOfImages" });
    this.untagged = root.openDB({ name: "untaggedImages" });
    this.named = root.openDB({ name: "imageRelations" });
  }

  addImage(repositoryId: string, image: ImageRecord): void {
    for (const key of relationKeys(repositoryId, image)) this.named.putSync(key, true);
    this.noteUntagged(repositoryId, image.digest);
  }

  removeImage(repositoryId: string, image: ImageRecord): void {
    for (const key of relationKeys(repositoryId, image)) this.named.removeSync(key);
    this.untagged.removeSync([repositoryId, image.digest]);
  }

  addTag(repositoryId: string, tag: string, digest: string): void {
    this.tags.putSync([repositoryId, digest, tag], true);
    this.untagged.removeSync([repositoryId, digest]);
  }

  removeTag(repositoryId: string, tag: string, digest: string): void {
    this.tags.removeSync([repositoryId, digest, tag]);
    this.noteUntagged(repositoryId, digest);
  }

  private noteUntagged(repositoryId: string, digest: string): void {
    if (!this.isTagged(repositoryId, digest)) this.untagged.putSync([repositoryId, digest], true);
  }

  /** Sorted. */
  tagsOf(repositoryId: string, digest: string): string[] {
    return lastParts(this.tags, [repositoryId, digest]);
  }

  private isTagged(repositoryId: string, digest: string): boolean {
    return lastParts(this.tags, [repositoryId, digest], 1).length > 0;
  }

  /** Digests of the tagged or the untagged images, sorted and read lazily. */
  *digests(repositoryId: string, tagged: boolean, from: string): Iterable<string> {
    const range = { start: [repositoryId, from], end: [repositoryId, lastKeyPart] };
    let last = "";
    for (const [, digest = ""] of (tagged ? this.tags : this.untagged).getKeys(range)) {
      if (digest !== last) yield digest;
      last = digest;
    }
  }

  /** Digests of the images that refer to something, sorted. */
  naming(repositoryId: string, relation: Relation, target: string, limit?: number): string[] {
    return lastParts(this.named, [repositoryId, relation, target], limit);
  }
}

function relationKeys(repositoryId: string, { digest, children, subject, blobs }: ImageRecord): string[][] {
  const keys = (relation: Relation, targets: readonly string[]) =>
    targets.map((target) => [repositoryId, relation, target, digest]);
  return [
    ...keys("child", children),
    ...keys("subject", subject === undefined ? [] : [subject]),
    ...keys("blob", blobs),
  ];
}

function lastParts(database: Database<true, string[]>, prefix: string[], limit?: number): string[] {
  const range = { start: [...prefix, ""], end: [...prefix, lastKeyPart], ...(limit !== undefined && { limit }) };
  return [...database.getKeys(range)].map((key) => key.at(-1) ?? "");
}
