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

  constructor(root: RootDatabase) {
    this.tags = root.openDB({ name: "tagsOfImages" });
    this.named = root.openDB({ name: "imageRelations" });
  }

  addImage(repositoryId: string, image: ImageRecord): void {
    for (const key of relationKeys(repositoryId, image)) this.named.putSync(key, true);
  }

  removeImage(repositoryId: string, image: ImageRecord): void {
    for (const key of relationKeys(repositoryId, image)) this.named.removeSync(key);
  }

  addTag(repositoryId: string, tag: string, digest: string): void {
    this.tags.putSync([repositoryId, digest, tag], true);
  }

  removeTag(repositoryId: string, tag: string, digest: string): void {
    this.tags.removeSync([repositoryId, digest, tag]);
  }

  /** In lexical order. */
  tagsOf(repositoryId: string, digest: string): string[] {
    return lastParts(this.tags, [repositoryId, digest]);
  }

  isTagged(repositoryId: string, digest: string): boolean {
    return lastParts(this.tags, [repositoryId, digest], 1).length > 0;
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
