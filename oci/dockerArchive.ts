import { createReadStream } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Readable } from "node:stream";
import { layersOf, makeManifest } from "./classicImage";
import { type ArchiveFile, readArchive } from "./imageArchive";
import type { ImageSource } from "./imageSource";
import {
  type Descriptor,
  digestOf,
  isForeign,
  type ManifestContent,
  manifestContent,
  type RawManifest,
} from "./manifestContent";
import { platformOfImage } from "./platformSubset";
import { isPlatform, type Platform, platformsText } from "./platforms";
import { all } from "./slots";

/** Limit for a manifest, index, or configuration; registries have the same one. */
const mostJson = 4 << 20;
/** Limit on nested indexes. */
const deepest = 4;

/**
 * The unpacked output of `docker image save` for one image. An image in the containerd store is identified by its
 * manifest or index and is pushed byte for byte; one in the classic store is identified by its configuration and gets a
 * new manifest. The image ID tells which one it is, not the archive's format: Docker 25 writes an OCI layout for both.
 */
export class DockerArchive implements ImageSource {
  readonly host = "Docker";
  readonly repository = "";
  private readonly whole = new Map<string, Promise<boolean>>();

  private constructor(
    private readonly files: Map<string, ArchiveFile>,
    private readonly folder: string,
  ) {}

  /** @param folder Receives the unpacked files; the caller removes it. */
  static async read(archive: Readable, folder: string): Promise<DockerArchive> {
    return new DockerArchive(await readArchive(archive, folder), folder);
  }

  /**
   * The digest of the manifest or index to push.
   *
   * @param id Image ID, as Docker reports it.
   * @param wanted Platform to select from an index, or that a single image must have.
   * @throws Error that lists the available platforms.
   */
  async image(id: string, wanted: string | undefined): Promise<string> {
    const body = await this.json(id, "image");
    const layers = layersOf(parse(body));
    if (layers !== undefined) return this.classic({ digest: id, size: body.length }, layers, wanted);
    const content = manifestContent({ body, contentType: "" });
    if (content.isIndex) return this.ofIndex(id, content, wanted);
    if (wanted !== undefined) refusePlatform([await platformOfImage(this, content)], wanted);
    return id;
  }

  async manifest(digest: string): Promise<RawManifest> {
    return { body: await this.json(digest, "manifest"), contentType: "" };
  }

  async blob(digest: string): Promise<RawManifest> {
    return { body: await this.json(digest, "configuration"), contentType: "" };
  }

  async *readBlob({ digest }: { digest: string }, from = 0): AsyncGenerator<Buffer> {
    yield* createReadStream(this.file(digest, "blob").path, { start: from }) as AsyncIterable<Buffer>;
  }

  private async classic(config: { digest: string; size: number }, layers: string[], wanted: string | undefined) {
    if (wanted !== undefined) {
      const named = { mediaType: "", ...config };
      const content = { blobs: [named] } as unknown as ManifestContent;
      refusePlatform([await platformOfImage(this, content)], wanted);
    }
    const file = (digest: string, what: string) => this.file(digest, what);
    const manifest = await makeManifest(config, layers, file, (digest, made) => this.files.set(digest, made));
    const digest = digestOf(manifest);
    const made = { path: path.join(this.folder, "manifest"), size: manifest.length };
    await fs.writeFile(made.path, manifest, { flag: "wx", mode: 0o600 });
    this.files.set(digest, made);
    return digest;
  }

  /** Docker may hold only some of an index's platforms: it pulls the one it runs on. */
  private async ofIndex(id: string, { children, blobs }: ManifestContent, wanted: string | undefined): Promise<string> {
    const whole = await all(children.map((child) => this.holds(child)));
    const isWhole = whole.every(Boolean) && blobs.every(({ digest }) => this.files.has(digest));
    if (wanted === undefined && isWhole) return id;
    const there = children.filter(({ platform }, index) => whole[index] && platform && platform.os !== "unknown");
    const platforms = there.map(({ platform }) => platform ?? {});
    if (wanted !== undefined) refusePlatform(platforms, wanted);
    const fitting = there.filter(({ platform }) => wanted === undefined || isPlatform(platform ?? {}, wanted));
    const [image, ...more] = fitting;
    if (image !== undefined && more.length === 0) return image.digest;
    const choices = platformsText(fitting.map(({ platform }) => platform ?? {}));
    if (choices === "") throw new Error("platform: Docker has no platform of this image. Pull it again");
    throw new Error(
      wanted === undefined
        ? `platform: found none. Docker has only a part of the image: ${choices}. Write one of them, or pull the others`
        : `platform: found ${JSON.stringify(wanted)}, which matches several images: ${choices}. Write one of them`,
    );
  }

  /** Whether the archive contains all of an image or index. Each is checked once, even when several indexes name it. */
  private holds({ digest }: Descriptor, depth = 0): Promise<boolean> {
    const known = this.whole.get(digest) ?? this.isWhole(digest, depth);
    this.whole.set(digest, known);
    return known;
  }

  private async isWhole(digest: string, depth: number): Promise<boolean> {
    if (!this.files.has(digest) || depth > deepest) return false;
    const { children, blobs } = manifestContent(await this.manifest(digest));
    if (!blobs.every((blob) => isForeign(blob) || this.files.has(blob.digest))) return false;
    for (const child of children) {
      if (!(await this.holds(child, depth + 1))) return false;
    }
    return true;
  }

  private async json(digest: string, what: string): Promise<Buffer> {
    const { path: file, size } = this.file(digest, what);
    if (size > mostJson) throw new Error(`the ${what} ${digest} has ${size.toLocaleString("en")} bytes, too many`);
    return fs.readFile(file);
  }

  private file(digest: string, what: string): ArchiveFile {
    const found = this.files.get(digest);
    if (found === undefined) throw new Error(`the ${what} ${digest} is not in it`);
    return found;
  }
}

function refusePlatform(there: readonly Platform[], wanted: string): void {
  if (there.some((each) => isPlatform(each, wanted))) return;
  const held = platformsText(there) || "no platform";
  throw new Error(
    `platform: found ${JSON.stringify(wanted)}. Docker has the image only for ${held}. Write that, or pull this one`,
  );
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
