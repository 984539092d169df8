import { BlobCopies, type CopyProgress } from "./copyBlobs";
import { hasDigest } from "./imageManifest";
import type { ImageSource } from "./imageSource";
import {
  digestOf,
  isForeign,
  isIndexType,
  type ManifestContent,
  manifestContent,
  type RawManifest,
} from "./manifestContent";
import { choosePlatforms } from "./platformSubset";
import type { RegistryClient } from "./registryClient";
import { RegistryRefusal } from "./registryRequest";
import { all, Slots } from "./slots";

/** Limit on manifests in one copy and on nested indexes: an index of indexes could name millions. */
const mostManifests = 10_000;
/**
 * Limit on blobs in one copy: an image has a few hundred, but a 4 MiB manifest can name thirty thousand. Tests lower
 * it.
 */
export const limits = { blobs: 100_000 };
const deepest = 4;
const manifestsAtOnce = 8;

/** Source and target of a copy, as in ImageCopyOptions. */
export interface CopyPlaces {
  source: ImageSource;
  target: RegistryClient;
  mountFrom?: string;
  onProgress?: (progress: CopyProgress) => void;
}

export interface CopiedManifest {
  digest: string;
  mediaType: string;
}

/** Copies manifests with everything they name. */
export class ManifestCopies {
  readonly source: ImageSource;
  readonly target: RegistryClient;
  readonly blobs: BlobCopies;
  readonly foreignLayers = new Set<string>();
  /** Referrer tags that name the target's own referrers. */
  readonly keptTags = new Set<string>();
  /** Each manifest is copied once, even when several name it. */
  private readonly manifests = new Map<string, Promise<CopiedManifest>>();
  private failure: Error | undefined;
  private readonly slots = new Slots(manifestsAtOnce);
  private readonly onProgress: (progress: CopyProgress) => void;

  constructor({ source, target, mountFrom, onProgress = () => {} }: CopyPlaces) {
    this.source = source;
    this.target = target;
    this.onProgress = onProgress;
    const from = mountFrom ?? (source.host === target.host ? source.repository : undefined);
    this.blobs = new BlobCopies(source, target, from === target.repository ? undefined : from, onProgress);
  }

  /** Digests of all manifests copied so far. */
  get digests(): string[] {
    return [...this.manifests.keys()];
  }

  async root(digest: string, platforms: readonly string[] | undefined): Promise<CopiedManifest> {
    if (platforms === undefined) return this.manifest(digest);
    const whole = await this.read(digest);
    const subset = await choosePlatforms(this.source, digest, whole, platforms);
    if (subset === whole) return this.manifest(digest);
    const content = manifestContent(subset);
    await this.parts(content, 1);
    return this.put(subset, content);
  }

  /** Copies a manifest and everything it names. */
  manifest(digest: string, depth = 0): Promise<CopiedManifest> {
    const known = this.manifests.get(digest);
    if (known !== undefined) return known;
    if (depth > deepest) throw new RegistryRefusal(`its indexes are nested more than ${deepest} deep`);
    const copied = this.bring(digest, depth).catch((error: Error) => {
      this.failure ??= error;
      throw error;
    });
    this.manifests.set(digest, copied);
    return copied;
  }

  /** Reads a manifest from the source and verifies its digest. */
  async read(digest: string): Promise<RawManifest> {
    const answer = await this.source.manifest(digest).catch((error: unknown) => {
      if (!(error instanceof RegistryRefusal)) throw error;
      throw new RegistryRefusal(`${digest}: ${error.message}`, error.status, error.code);
    });
    if (hasDigest(answer.body, digest)) return answer;
    throw new RegistryRefusal(`${this.source.host} sent other content than ${digest}`);
  }

  private async bring(digest: string, depth: number): Promise<CopiedManifest> {
    const there = await this.slots.run(async () => {
      // Starts nothing new once the copy has failed.
      if (this.failure !== undefined) throw this.failure;
      return this.target.head(digest);
    });
    if (there !== undefined && !isIndexType(there.mediaType)) {
      this.onProgress({ kind: "manifest", digest, size: there.size, how: "present" });
      return { digest, mediaType: there.mediaType };
    }
    const raw = await this.slots.run(() => this.read(digest));
    const content = manifestContent(raw);
    await this.parts(content, depth + 1);
    if (there === undefined) return this.put(raw, content, digest);
    this.onProgress({ kind: "manifest", digest, size: there.size, how: "present" });
    return { digest, mediaType: content.mediaType };
  }

  private async parts({ children, blobs }: ManifestContent, depth: number): Promise<void> {
    const wanted = blobs.filter((blob) => !isForeign(blob));
    for (const { digest } of blobs.filter(isForeign)) this.foreignLayers.add(digest);
    if (this.manifests.size + children.length > mostManifests) {
      throw new RegistryRefusal(`it has more than ${mostManifests.toLocaleString("en")} manifests`);
    }
    if (this.blobs.count + wanted.length > limits.blobs) {
      throw new RegistryRefusal(`it has more than ${limits.blobs.toLocaleString("en")} blobs`);
    }
    await all<unknown>([
      ...children.map(async ({ digest }) => this.manifest(digest, depth)),
      ...wanted.map((blob) => this.blobs.copy(blob)),
    ]);
  }

  private async put({ body }: RawManifest, { mediaType }: ManifestContent, digest = digestOf(body)) {
    await this.slots.run(() => this.target.putManifest(digest, body, mediaType));
    this.onProgress({ kind: "manifest", digest, size: body.length, how: "sent" });
    return { digest, mediaType };
  }
}
