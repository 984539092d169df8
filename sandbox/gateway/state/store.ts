import * as fs from "node:fs";
import { type Database, open, type RootDatabase } from "lmdb";
import type { ImageRecord, LayerUploadRecord, RegistryAddress, RepositoryRecord, TokenRecord } from "./records";

/** Sorts after every character that a name or a tag can have. */
const afterEverything = "\uffff";

/**
 * The gateway's state. A change is one synchronous LMDB transaction that is on the disk when `change` returns: what
 * the gateway acknowledged survives kill -9, and nothing is ever half there.
 */
export class Store {
  private readonly root: RootDatabase;
  private readonly repositories: Database<RepositoryRecord, string[]>;
  private readonly images: Database<ImageRecord, [string, string]>;
  private readonly imageTags: Database<string, [string, string]>;
  private readonly tokens: Database<TokenRecord, string>;
  private readonly layerUploads: Database<LayerUploadRecord, string>;
  private readonly settings: Database<unknown, string[]>;

  /** Opens the state below a folder, which is made when missing. */
  constructor(directory: string) {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    // Overlapping syncs would acknowledge a commit before it is on the disk.
    this.root = open({ path: directory, overlappingSync: false, maxDbs: 16, noSubdir: false });
    this.repositories = this.root.openDB({ name: "repositories" });
    this.images = this.root.openDB({ name: "images" });
    this.imageTags = this.root.openDB({ name: "imageTags" });
    this.tokens = this.root.openDB({ name: "tokens" });
    this.layerUploads = this.root.openDB({ name: "layerUploads" });
    this.settings = this.root.openDB({ name: "settings" });
  }

  async close(): Promise<void> {
    await this.root.close();
  }

  /** Runs reads and writes as one durable transaction; an exception leaves everything as it was. */
  change<T>(work: () => T): T {
    return this.root.transactionSync(work);
  }

  repository(address: RegistryAddress, name: string): RepositoryRecord | undefined {
    const key = [...repositoryPrefix(address), name];
    return fits(key) ? this.repositories.get(key) : undefined;
  }

  putRepository(record: RepositoryRecord): void {
    this.repositories.putSync([...repositoryPrefix(record), record.name], record);
  }

  /** Removes a repository with all its images and tags. */
  removeRepository(record: RepositoryRecord): void {
    this.repositories.removeSync([...repositoryPrefix(record), record.name]);
    for (const { digest } of this.imagesOf(record)) {
      this.images.removeSync([record.id, digest]);
    }
    for (const [tag] of this.tagsOf(record)) {
      this.imageTags.removeSync([record.id, tag]);
    }
  }

  /** A registry's repositories by name, from after a name on. */
  repositoriesOf(address: RegistryAddress, after = ""): RepositoryRecord[] {
    const prefix = repositoryPrefix(address);
    const range = { start: [...prefix, after], end: [...prefix, afterEverything] };
    return [...this.repositories.getRange(range)].map((entry) => entry.value).filter((each) => each.name !== after);
  }

  /** Every repository of every registry. */
  allRepositories(): RepositoryRecord[] {
    return [...this.repositories.getRange()].map((entry) => entry.value);
  }

  image(repository: RepositoryRecord, digest: string): ImageRecord | undefined {
    return fits([digest]) ? this.images.get([repository.id, digest]) : undefined;
  }

  putImage(repository: RepositoryRecord, image: ImageRecord): void {
    this.images.putSync([repository.id, image.digest], image);
  }

  /** Removes an image and the tags that name it. */
  removeImage(repository: RepositoryRecord, digest: string): void {
    this.images.removeSync([repository.id, digest]);
    for (const [tag, target] of this.tagsOf(repository)) {
      if (target === digest) {
        this.imageTags.removeSync([repository.id, tag]);
      }
    }
  }

  imagesOf(repository: RepositoryRecord): ImageRecord[] {
    const range = { start: [repository.id, ""], end: [repository.id, afterEverything] } as const;
    return [...this.images.getRange({ start: [...range.start], end: [...range.end] })].map((entry) => entry.value);
  }

  /** The digest that a tag names. */
  tag(repository: RepositoryRecord, tag: string): string | undefined {
    return fits([tag]) ? this.imageTags.get([repository.id, tag]) : undefined;
  }

  putTag(repository: RepositoryRecord, tag: string, digest: string): void {
    this.imageTags.putSync([repository.id, tag], digest);
  }

  removeTag(repository: RepositoryRecord, tag: string): void {
    this.imageTags.removeSync([repository.id, tag]);
  }

  /** Tags in lexical order with the digest each names. */
  tagsOf(repository: RepositoryRecord): [tag: string, digest: string][] {
    return [...this.imageTags.getRange({ start: [repository.id, ""], end: [repository.id, afterEverything] })].map(
      (entry) => [entry.key[1], entry.value],
    );
  }

  token(hash: string): TokenRecord | undefined {
    return this.tokens.get(hash);
  }

  putToken(hash: string, record: TokenRecord): void {
    this.tokens.putSync(hash, record);
  }

  /** Removes the tokens that expired before a time. */
  removeTokensBefore(time: number): void {
    for (const { key, value } of [...this.tokens.getRange()]) {
      if (value.expiresAt < time) {
        this.tokens.removeSync(key);
      }
    }
  }

  layerUpload(id: string): LayerUploadRecord | undefined {
    return fits([id]) ? this.layerUploads.get(id) : undefined;
  }

  putLayerUpload(id: string, record: LayerUploadRecord): void {
    this.layerUploads.putSync(id, record);
  }

  removeLayerUpload(id: string): void {
    this.layerUploads.removeSync(id);
  }

  /** Removes the uploads that nobody has added to since a time. */
  removeLayerUploadsBefore(time: number): void {
    for (const { key, value } of [...this.layerUploads.getRange()]) {
      if (value.usedAt < time) {
        this.layerUploads.removeSync(key);
      }
    }
  }

  /** A small setting: ports, keys, account settings. The caller knows its type. */
  setting<T>(...key: string[]): T | undefined {
    return (fits(key) ? this.settings.get(key) : undefined) as T | undefined;
  }

  putSetting(value: unknown, ...key: string[]): void {
    this.settings.putSync(key, value);
  }

  removeSetting(...key: string[]): void {
    this.settings.removeSync(key);
  }

  /** Every setting whose key begins with these parts, with the key's remaining parts. */
  settingsUnder<T>(...prefix: string[]): [rest: string[], value: T][] {
    return [...this.settings.getRange({ start: prefix, end: [...prefix, afterEverything] })].flatMap((entry) =>
      entry.key.length > prefix.length ? [[entry.key.slice(prefix.length), entry.value as T]] : [],
    );
  }
}

/** Bytes: LMDB's keys have less than 2,000, and everything that is stored has a far shorter one. */
const longestKey = 1500;

/** Whether there can be something of this key. Clients may ask with names of any length; LMDB throws for long ones. */
function fits(key: readonly string[]): boolean {
  return key.reduce((length, part) => length + Buffer.byteLength(part), 0) <= longestKey;
}

function repositoryPrefix(address: RegistryAddress): string[] {
  return [address.kind, address.account, address.region];
}
