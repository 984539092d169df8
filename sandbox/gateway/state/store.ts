import * as fs from "node:fs";
import { type Database, open, type RootDatabase } from "lmdb";
import { ImageRelations } from "./imageRelations";
import { isStorableKey, lastKeyPart } from "./keys";
import type { ImageRecord, LayerUploadRecord, RegistryAddress, RepositoryRecord, TokenRecord } from "./records";

/** Version of the stored image relations: the state of an older sandbox has an earlier version or none. */
const relationsKey = ["imageRelations"];
const relationsForm = 2;

/**
 * The gateway's state. A change is one synchronous LMDB transaction that is on disk when `change` returns: acknowledged
 * changes survive kill -9, and partial ones are never visible.
 */
export class Store {
  private readonly root: RootDatabase;
  private readonly repositories: Database<RepositoryRecord, string[]>;
  private readonly images: Database<ImageRecord, [string, string]>;
  private readonly imageTags: Database<string, [string, string]>;
  private readonly tokens: Database<TokenRecord, string>;
  private readonly layerUploads: Database<LayerUploadRecord, string>;
  private readonly settings: Database<unknown, string[]>;
  private readonly relations: ImageRelations;

  /** Opens the state in a folder, which is created when missing. */
  constructor(directory: string) {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    // Overlapping syncs would acknowledge a commit before it is on disk.
    this.root = open({ path: directory, overlappingSync: false, maxDbs: 16, noSubdir: false });
    this.repositories = this.root.openDB({ name: "repositories" });
    this.images = this.root.openDB({ name: "images" });
    this.imageTags = this.root.openDB({ name: "imageTags" });
    this.tokens = this.root.openDB({ name: "tokens" });
    this.layerUploads = this.root.openDB({ name: "layerUploads" });
    this.settings = this.root.openDB({ name: "settings" });
    this.relations = new ImageRelations(this.root);
    this.change(() => this.completeRelations());
  }

  private completeRelations(): void {
    if (this.settings.get(relationsKey) === relationsForm) return;
    for (const { key, value } of this.images.getRange()) this.relations.addImage(key[0], value);
    for (const { key, value } of this.imageTags.getRange()) this.relations.addTag(key[0], key[1], value);
    this.settings.putSync(relationsKey, relationsForm);
  }

  async close(): Promise<void> {
    await this.root.close();
  }

  /** Runs reads and writes as one durable transaction; an exception rolls it back. */
  change<T>(work: () => T): T {
    return this.root.transactionSync(work);
  }

  repository(address: RegistryAddress, name: string): RepositoryRecord | undefined {
    const key = [...repositoryPrefix(address), name];
    return isStorableKey(key) ? this.repositories.get(key) : undefined;
  }

  putRepository(record: RepositoryRecord): void {
    this.repositories.putSync([...repositoryPrefix(record), record.name], record);
  }

  /** Removes a repository with all its images and tags. */
  removeRepository(record: RepositoryRecord): void {
    this.repositories.removeSync([...repositoryPrefix(record), record.name]);
    for (const { digest } of this.imagesOf(record)) {
      this.removeImage(record, digest);
    }
  }

  /** A registry's repositories by name, after a given name. */
  repositoriesOf(address: RegistryAddress, after = ""): RepositoryRecord[] {
    const prefix = repositoryPrefix(address);
    const range = { start: [...prefix, after], end: [...prefix, lastKeyPart] };
    return [...this.repositories.getRange(range)].map((entry) => entry.value).filter((each) => each.name !== after);
  }

  /** Every repository of every registry. */
  allRepositories(): RepositoryRecord[] {
    return [...this.repositories.getRange()].map((entry) => entry.value);
  }

  image(repository: RepositoryRecord, digest: string): ImageRecord | undefined {
    return isStorableKey([digest]) ? this.images.get([repository.id, digest]) : undefined;
  }

  /** An image's references never change: they are covered by its digest. */
  putImage(repository: RepositoryRecord, image: ImageRecord): void {
    if (!this.images.doesExist([repository.id, image.digest])) this.relations.addImage(repository.id, image);
    this.images.putSync([repository.id, image.digest], image);
  }

  /** Removes an image and its tags. */
  removeImage(repository: RepositoryRecord, digest: string): void {
    const image = this.image(repository, digest);
    if (image === undefined) return;
    for (const tag of this.tagsOfImage(repository, digest)) this.removeTag(repository, tag);
    this.relations.removeImage(repository.id, image);
    this.images.removeSync([repository.id, digest]);
  }

  /** Loads all images at once, for callers that need each of them. */
  imagesOf(repository: RepositoryRecord): ImageRecord[] {
    return [...this.imagesFrom(repository)];
  }

  /** A repository's images sorted by digest, read lazily from a given digest. */
  imagesFrom(repository: RepositoryRecord, digest = ""): Iterable<ImageRecord> {
    return this.images
      .getRange({ start: [repository.id, isStorableKey([digest]) ? digest : ""], end: [repository.id, lastKeyPart] })
      .map((entry) => entry.value);
  }

  hasImages(repository: RepositoryRecord): boolean {
    return (
      [...this.images.getKeys({ start: [repository.id, ""], end: [repository.id, lastKeyPart], limit: 1 })].length > 0
    );
  }

  /** The digest a tag points to. */
  tag(repository: RepositoryRecord, tag: string): string | undefined {
    return isStorableKey([tag]) ? this.imageTags.get([repository.id, tag]) : undefined;
  }

  putTag(repository: RepositoryRecord, tag: string, digest: string): void {
    this.removeTag(repository, tag);
    this.imageTags.putSync([repository.id, tag], digest);
    this.relations.addTag(repository.id, tag, digest);
  }

  removeTag(repository: RepositoryRecord, tag: string): void {
    const digest = this.tag(repository, tag);
    if (digest === undefined) return;
    this.imageTags.removeSync([repository.id, tag]);
    this.relations.removeTag(repository.id, tag, digest);
  }

  /** Sorted tags with their digests, read lazily from a given tag. */
  tagsFrom(repository: RepositoryRecord, tag = ""): Iterable<[tag: string, digest: string]> {
    return this.imageTags
      .getRange({ start: [repository.id, isStorableKey([tag]) ? tag : ""], end: [repository.id, lastKeyPart] })
      .map((entry): [string, string] => [entry.key[1], entry.value]);
  }

  /** An image's tags, sorted. */
  tagsOfImage(repository: RepositoryRecord, digest: string): string[] {
    return this.relations.tagsOf(repository.id, digest);
  }

  /** Like `imagesFrom`, but only tagged or only untagged images. */
  *imagesByTag(repository: RepositoryRecord, tagged: boolean, digest = ""): Iterable<ImageRecord> {
    for (const each of this.relations.digests(repository.id, tagged, isStorableKey([digest]) ? digest : "")) {
      const image = this.image(repository, each);
      if (image !== undefined) yield image;
    }
  }

  /** Digests of the indexes that contain an image. */
  indexesOf(repository: RepositoryRecord, digest: string): string[] {
    return this.relations.naming(repository.id, "child", digest);
  }

  /** The images with this subject, sorted by digest. */
  referrersOf(repository: RepositoryRecord, subject: string): ImageRecord[] {
    if (!isStorableKey([subject])) return [];
    return this.relations
      .naming(repository.id, "subject", subject)
      .flatMap((digest) => this.image(repository, digest) ?? []);
  }

  /** An image that has the blob as its config or as a layer. */
  imageWithBlob(repository: RepositoryRecord, digest: string): ImageRecord | undefined {
    const [image] = isStorableKey([digest]) ? this.relations.naming(repository.id, "blob", digest, 1) : [];
    return image === undefined ? undefined : this.image(repository, image);
  }

  token(hash: string): TokenRecord | undefined {
    return this.tokens.get(hash);
  }

  putToken(hash: string, record: TokenRecord): void {
    this.tokens.putSync(hash, record);
  }

  /** Removes tokens that expired before a time. */
  removeTokensBefore(time: number): void {
    for (const { key, value } of [...this.tokens.getRange()]) {
      if (value.expiresAt < time) {
        this.tokens.removeSync(key);
      }
    }
  }

  layerUpload(id: string): LayerUploadRecord | undefined {
    return isStorableKey([id]) ? this.layerUploads.get(id) : undefined;
  }

  putLayerUpload(id: string, record: LayerUploadRecord): void {
    this.layerUploads.putSync(id, record);
  }

  removeLayerUpload(id: string): void {
    this.layerUploads.removeSync(id);
  }

  /** Removes uploads that have not been used since a time. */
  removeLayerUploadsBefore(time: number): void {
    for (const { key, value } of [...this.layerUploads.getRange()]) {
      if (value.usedAt < time) {
        this.layerUploads.removeSync(key);
      }
    }
  }

  /** A small setting, such as a port, key, or account setting. The caller knows its type. */
  setting<T>(...key: string[]): T | undefined {
    return (isStorableKey(key) ? this.settings.get(key) : undefined) as T | undefined;
  }

  putSetting(value: unknown, ...key: string[]): void {
    this.settings.putSync(key, value);
  }

  removeSetting(...key: string[]): void {
    this.settings.removeSync(key);
  }

  /** All settings whose key starts with these parts, with the rest of the key. */
  settingsUnder<T>(...prefix: string[]): [rest: string[], value: T][] {
    return [...this.settings.getRange({ start: prefix, end: [...prefix, lastKeyPart] })].flatMap((entry) =>
      entry.key.length > prefix.length ? [[entry.key.slice(prefix.length), entry.value as T]] : [],
    );
  }
}

function repositoryPrefix(address: RegistryAddress): string[] {
  return [address.kind, address.account, address.region];
}
