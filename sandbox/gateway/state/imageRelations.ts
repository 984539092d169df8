import type { Database, RootDatabase } from "lmdb";
import { afterEverything } from "./keys";
import type { ImageRecord } from "./records";

/** How an image names something: an index its images, a signature its subject, an image its config and layers. */
export type Relation = "child" | "subject" | "blob";

/**
 * Who names whom in a repository, and which tags an image has: what images and tags say, turned round. Without it each
 * question would walk through all of a repository's images. Changes belong into the store's transaction.
 */
export class ImageRelations {
  /** Key: repository, digest, tag. */
  private readonly tags: Database<true, string[]>;
  /** Key: repository, relation, digest that is named, digest of the image that names it. */
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

  /** In lexical order. */
  tagsOf(repositoryId: string, digest: string): string[] {
    return lastParts(this.tags, [repositoryId, digest]);
  }

  private isTagged(repositoryId: string, digest: string): boolean {
    return lastParts(this.tags, [repositoryId, digest], 1).length > 0;
  }

  /** Digests of the images that have a tag, or of those that have none, in lexical order, read as they are asked for. */
  *digests(repositoryId: string, tagged: boolean, from: string): Iterable<string> {
    const range = { start: [repositoryId, from], end: [repositoryId, afterEverything] };
    let last = "";
    for (const [, digest = ""] of (tagged ? this.tags : this.untagged).getKeys(range)) {
      if (digest !== last) yield digest;
      last = digest;
    }
  }

  /** Digests of the images that name something, in lexical order. */
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
  const range = { start: [...prefix, ""], end: [...prefix, afterEverything], ...(limit !== undefined && { limit }) };
  return [...database.getKeys(range)].map((key) => key.at(-1) ?? "");
}
