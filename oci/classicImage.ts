import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import * as fs from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { z } from "zod";
import { isDigest } from "../ecr/names/digests";
import type { ArchiveFile } from "./imageArchive";
import { dockerManifest } from "./manifestContent";
import { all, Slots } from "./slots";

/** Layers compressed in parallel: each uses a core. */
const compressedAtOnce = 2;

const configuration = z.object({
  rootfs: z.object({ diff_ids: z.array(z.string().refine(isDigest, { error: "it is not a digest" })).nullish() }),
});

/** The uncompressed layers (diff IDs) of an image configuration; undefined when the content is not a configuration. */
export function layersOf(content: unknown): string[] | undefined {
  const { success, data } = configuration.safeParse(content);
  return success ? (data.rootfs.diff_ids ?? []) : undefined;
}

/**
 * Builds the manifest of an image from Docker's classic store, which keeps a configuration and unpacked layers and
 * compresses them again for each push. The configuration is unchanged; each layer is compressed once.
 *
 * @param file Finds a file of the archive.
 * @param add Registers a file that was created.
 */
export async function makeManifest(
  config: { digest: string; size: number },
  layers: readonly string[],
  file: (digest: string, what: string) => ArchiveFile,
  add: (digest: string, file: ArchiveFile) => void,
): Promise<Buffer> {
  const slots = new Slots(compressedAtOnce);
  const made = new Map<string, Promise<{ digest: string; size: number }>>();
  for (const layer of new Set(layers)) {
    const found = file(layer, "layer");
    made.set(
      layer,
      slots.run(async () => {
        const { digest, compressed } = await compress(found);
        add(digest, compressed);
        return { digest, size: compressed.size };
      }),
    );
  }
  await all([...made.values()]);
  const compressed = await all(layers.map(async (layer) => made.get(layer)));
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: dockerManifest,
      config: { mediaType: "application/vnd.docker.container.image.v1+json", size: config.size, digest: config.digest },
      layers: compressed.map((layer) => ({
        mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip",
        size: layer?.size,
        digest: layer?.digest,
      })),
    }),
  );
}

/**
 * Writes next to the layer, which is no longer needed. The gzip header has no timestamp: the same layer gives the same
 * bytes.
 */
async function compress(layer: ArchiveFile): Promise<{ digest: string; compressed: ArchiveFile }> {
  const compressed = { path: `${layer.path}.gz`, size: 0 };
  const hash = createHash("sha256");
  const count = new Transform({
    transform(part: Buffer, _, done) {
      hash.update(part);
      compressed.size += part.length;
      done(null, part);
    },
  });
  const target = createWriteStream(compressed.path, { flags: "wx", mode: 0o600 });
  await pipeline(createReadStream(layer.path), createGzip(), count, target);
  await fs.rm(layer.path);
  return { digest: `sha256:${hash.digest("hex")}`, compressed };
}
